//! The rule by which works are given to reviewers. Nobody gets their own work or a work twice, and
//! the work with the fewest reviews gets the reviewer with the fewest. A review that nobody has
//! begun changes hands if nobody else is left who may review the work.

use std::collections::{HashMap, HashSet};

use crate::platform::ids::{ExerciseWorkId, UserId};

/// A work that others review, and its author, who reviews others. Works are in the order in which
/// they were handed in.
#[derive(Debug, Clone, Copy)]
pub struct PeerWork {
    pub work: ExerciseWorkId,
    pub author: UserId,
    /// False if it has its marks, or is for tutors alone.
    pub is_open: bool,
}

/// A work that was given to a reviewer.
#[derive(Debug, Clone, Copy)]
pub struct PeerPair {
    pub work: ExerciseWorkId,
    pub reviewer: UserId,
    /// True if it is one of the reviews that the reviewer owes.
    pub is_given: bool,
    /// True if it is a review of the newest version that counts.
    pub is_received: bool,
    /// True if the reviewer has not begun.
    pub is_movable: bool,
}

/// A work and its reviewer.
pub type Allocated = (ExerciseWorkId, UserId);

/// Pairs to add and pairs to take away.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AllocationChanges {
    pub added: Vec<Allocated>,
    pub removed: Vec<Allocated>,
}

struct AllocationState<'a> {
    works: &'a [PeerWork],
    wanted: usize,
    given: HashMap<UserId, usize>,
    received: HashMap<ExerciseWorkId, usize>,
    pairs: HashSet<Allocated>,
    movable: HashMap<UserId, Vec<ExerciseWorkId>>,
    authors: HashMap<ExerciseWorkId, UserId>,
}

/// Gives works to reviewers until each open work has `wanted` reviews, as far as the learners are
/// there who may review it. Each of them reviews `wanted` works.
pub fn top_up(works: &[PeerWork], pairs: &[PeerPair], wanted: usize) -> AllocationChanges {
    let mut state = AllocationState::of(works, pairs, wanted);
    let before = state.pairs.clone();
    let mut order: Vec<&PeerWork> = works.iter().filter(|work| work.is_open).collect();
    loop {
        order.retain(|work| state.received_by(work.work) < wanted);
        order.sort_by_key(|work| state.received_by(work.work));
        let given = order
            .iter()
            .any(|work| state.give(work) || state.give_by_swap(work));
        if !given {
            break;
        }
    }
    let known = |pair: &&PeerPair| before.contains(&(pair.work, pair.reviewer));
    let kept = pairs.iter().filter(known);
    let removed = kept
        .map(|pair| (pair.work, pair.reviewer))
        .filter(|pair| !state.pairs.contains(pair));
    let mut added: Vec<Allocated> = state.pairs.difference(&before).copied().collect();
    added.sort_unstable();
    AllocationChanges {
        added,
        removed: removed.collect(),
    }
}

impl<'a> AllocationState<'a> {
    fn of(works: &'a [PeerWork], pairs: &[PeerPair], wanted: usize) -> Self {
        let mut state = Self {
            works,
            wanted,
            given: HashMap::new(),
            received: HashMap::new(),
            pairs: HashSet::new(),
            movable: HashMap::new(),
            authors: works.iter().map(|work| (work.work, work.author)).collect(),
        };
        for pair in pairs {
            state.pairs.insert((pair.work, pair.reviewer));
            *state.given.entry(pair.reviewer).or_default() += usize::from(pair.is_given);
            *state.received.entry(pair.work).or_default() += usize::from(pair.is_received);
            if pair.is_movable {
                let works = state.movable.entry(pair.reviewer).or_default();
                works.push(pair.work);
            }
        }
        state
    }

    fn received_by(&self, work: ExerciseWorkId) -> usize {
        self.received.get(&work).copied().unwrap_or_default()
    }

    fn given_by(&self, reviewer: UserId) -> usize {
        self.given.get(&reviewer).copied().unwrap_or_default()
    }

    fn has_room(&self, reviewer: UserId) -> bool {
        self.given_by(reviewer) < self.wanted
    }

    fn may_review(&self, reviewer: UserId, work: ExerciseWorkId) -> bool {
        self.authors.get(&work) != Some(&reviewer) && !self.pairs.contains(&(work, reviewer))
    }

    fn add(&mut self, work: ExerciseWorkId, reviewer: UserId) {
        self.pairs.insert((work, reviewer));
        *self.given.entry(reviewer).or_default() += 1;
        *self.received.entry(work).or_default() += 1;
        self.movable.entry(reviewer).or_default().push(work);
    }

    fn remove(&mut self, work: ExerciseWorkId, reviewer: UserId) {
        self.pairs.remove(&(work, reviewer));
        if let Some(given) = self.given.get_mut(&reviewer) {
            *given = given.saturating_sub(1);
        }
        if let Some(received) = self.received.get_mut(&work) {
            *received = received.saturating_sub(1);
        }
        if let Some(works) = self.movable.get_mut(&reviewer) {
            works.retain(|other| *other != work);
        }
    }

    /// Gives the work to the reviewer with the fewest reviews. Prefers one whose work its author
    /// does not review.
    fn give(&mut self, work: &PeerWork) -> bool {
        let reviewers = self.works.iter().filter(|other| {
            self.has_room(other.author) && self.may_review(other.author, work.work)
        });
        let best = reviewers.min_by_key(|other| {
            let is_mutual = self.pairs.contains(&(other.work, work.author));
            (self.given_by(other.author), is_mutual)
        });
        let Some(reviewer) = best.map(|best| best.author) else {
            return false;
        };
        self.add(work.work, reviewer);
        true
    }

    /// Gives the work to a learner whose other review, not begun, goes to one who has room.
    fn give_by_swap(&mut self, work: &PeerWork) -> bool {
        let free = self.works.iter().map(|other| other.author);
        let free: Vec<UserId> = free.filter(|author| self.has_room(*author)).collect();
        let found = self.works.iter().find_map(|other| {
            let from = other.author;
            if !self.may_review(from, work.work) {
                return None;
            }
            self.movable.get(&from)?.iter().find_map(|moved| {
                let to = free.iter().find(|to| self.may_review(**to, *moved))?;
                Some((from, *moved, *to))
            })
        });
        let Some((from, moved, to)) = found else {
            return false;
        };
        self.remove(moved, from);
        self.add(moved, to);
        self.add(work.work, from);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn work(number: u128) -> PeerWork {
        PeerWork {
            work: ExerciseWorkId(Uuid::from_u128(1_000 + number)),
            author: UserId(Uuid::from_u128(number)),
            is_open: true,
        }
    }

    /// Hands in works one after the other. After each, the given numbers choose reviews to send.
    fn class(count: u128, wanted: usize, sent: &[usize]) -> (Vec<PeerWork>, Vec<PeerPair>) {
        let (mut works, mut pairs) = (Vec::new(), Vec::<PeerPair>::new());
        for number in 0..count {
            works.push(work(number));
            let changes = top_up(&works, &pairs, wanted);
            pairs.retain(|pair| !changes.removed.contains(&(pair.work, pair.reviewer)));
            pairs.extend(changes.added.into_iter().map(|(work, reviewer)| PeerPair {
                work,
                reviewer,
                is_given: true,
                is_received: true,
                is_movable: true,
            }));
            let at = sent.get(number as usize).copied().unwrap_or(usize::MAX);
            if let Some(pair) = pairs.get_mut(at) {
                pair.is_movable = false;
            }
        }
        (works, pairs)
    }

    fn counts(works: &[PeerWork], pairs: &[PeerPair]) -> (Vec<usize>, Vec<usize>) {
        let given = works.iter().map(|work| {
            let of = pairs.iter().filter(|pair| pair.reviewer == work.author);
            of.count()
        });
        let received = works.iter().map(|work| {
            let of = pairs.iter().filter(|pair| pair.work == work.work);
            of.count()
        });
        (given.collect(), received.collect())
    }

    #[test]
    fn a_first_work_waits_and_the_next_ones_even_it_out() {
        assert_eq!(top_up(&[work(0)], &[], 2), AllocationChanges::default());
        let (works, pairs) = class(3, 2, &[]);
        assert_eq!(counts(&works, &pairs), (vec![2; 3], vec![2; 3]));
        let (works, pairs) = class(3, 1, &[]);
        assert_eq!(counts(&works, &pairs), (vec![1; 3], vec![1; 3]));
    }

    #[test]
    fn a_review_that_was_begun_stays_with_its_reviewer() {
        // The first two review each other; the third finds nobody until the fourth comes.
        let begun = |work: u128, reviewer: u128| PeerPair {
            work: super::tests::work(work).work,
            reviewer: UserId(Uuid::from_u128(reviewer)),
            is_given: true,
            is_received: true,
            is_movable: false,
        };
        let pairs = [begun(0, 1), begun(1, 0)];
        let three = [work(0), work(1), work(2)];
        assert_eq!(top_up(&three, &pairs, 1), AllocationChanges::default());
        let four = [work(0), work(1), work(2), work(3)];
        let changes = top_up(&four, &pairs, 1);
        assert_eq!(changes.added.len(), 2);
        assert!(changes.removed.is_empty());
    }

    proptest! {
        /// While nobody has begun, each gives and gets as many reviews as are wanted, or as many as
        /// there are others.
        #[test]
        fn reviews_even_out(count in 1u128..24, wanted in 1usize..6) {
            let (works, pairs) = class(count, wanted, &[]);
            let most = wanted.min(count as usize - 1);
            let (given, received) = counts(&works, &pairs);
            prop_assert_eq!(given, vec![most; count as usize]);
            prop_assert_eq!(received, vec![most; count as usize]);
        }

        /// Whatever is sent in between, nobody reviews themselves or a work twice, nobody has more
        /// than is wanted, and no review that was begun moves.
        #[test]
        fn no_rule_is_broken(
            count in 1u128..20, wanted in 1usize..6, sent in proptest::collection::vec(0usize..60, 0..20)
        ) {
            let (works, pairs) = class(count, wanted, &sent);
            let unique: HashSet<Allocated> = pairs.iter().map(|pair| (pair.work, pair.reviewer)).collect();
            prop_assert_eq!(unique.len(), pairs.len());
            for pair in &pairs {
                let own = works.iter().find(|work| work.work == pair.work).unwrap();
                prop_assert_ne!(own.author, pair.reviewer);
            }
            let (given, received) = counts(&works, &pairs);
            prop_assert!(given.iter().chain(&received).all(|count| *count <= wanted));
            // Nothing more can be given, so a second pass changes nothing.
            prop_assert_eq!(top_up(&works, &pairs, wanted), AllocationChanges::default());
        }

        /// A work that needs none gets none, and a review that was begun is never taken away.
        #[test]
        fn closed_works_and_begun_reviews_stay(
            open in proptest::collection::vec(any::<bool>(), 2..12), wanted in 1usize..4
        ) {
            let works: Vec<PeerWork> = open
                .iter()
                .enumerate()
                .map(|(at, is_open)| PeerWork { is_open: *is_open, ..work(at as u128) })
                .collect();
            let begun = PeerPair {
                work: works[0].work,
                reviewer: works[1].author,
                is_given: true,
                is_received: true,
                is_movable: false,
            };
            let changes = top_up(&works, &[begun], wanted);
            prop_assert!(changes.removed.is_empty());
            for (work, _) in changes.added {
                prop_assert!(works.iter().any(|known| known.work == work && known.is_open));
            }
        }
    }
}
