//! Spreads a backlog over days: after a break, each day has no more cards than the learner's limit.

use super::schedule::{Recall, retrievability};

/// An overdue card: its memory, and the days since its last review.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overdue {
    pub memory: Recall,
    pub days: i64,
}

/// Returns the day of each card, from 0 for today. Cards that would lose most of their
/// retrievability while they wait come first. `taken` has the cards that are due anyway: those
/// today, tomorrow and so on. A day takes at least one card, so that the plan has an end.
pub fn spread(cards: &[Overdue], taken: &[i64], per_day: i64) -> Vec<usize> {
    let days = sizes(cards.len(), taken, per_day);
    let horizon = i64::try_from(days.len()).unwrap_or(i64::MAX);
    let loss = |card: &Overdue| {
        retrievability(card.memory, card.days) - retrievability(card.memory, card.days + horizon)
    };
    let mut order: Vec<(usize, f32)> = cards.iter().map(loss).enumerate().collect();
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let mut places = vec![0; cards.len()];
    let slots = days.iter().enumerate();
    let slots = slots.flat_map(|(day, count)| std::iter::repeat_n(day, *count));
    for ((card, _), day) in order.into_iter().zip(slots) {
        if let Some(place) = places.get_mut(card) {
            *place = day;
        }
    }
    places
}

/// Returns the number of overdue cards for each day of the plan.
pub fn sizes(overdue: usize, taken: &[i64], per_day: i64) -> Vec<usize> {
    let mut left = overdue;
    let mut days = Vec::new();
    while left > 0 {
        let taken = taken.get(days.len()).copied().unwrap_or_default();
        let room = usize::try_from((per_day - taken).max(1)).unwrap_or(1);
        let count = room.min(left);
        days.push(count);
        left -= count;
    }
    days
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn card(stability: f32, days: i64) -> Overdue {
        Overdue {
            memory: Recall {
                stability,
                difficulty: 5.0,
            },
            days,
        }
    }

    #[test]
    fn cards_that_fade_fastest_come_first() {
        let cards = [card(200.0, 210), card(3.0, 4), card(30.0, 40)];
        assert_eq!(spread(&cards, &[], 1), [2, 0, 1]);
        // Today is full already, but the plan begins.
        assert_eq!(sizes(5, &[10, 8], 10), [1, 2, 2]);
        assert_eq!(sizes(0, &[], 10), Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn every_card_gets_a_day_and_no_day_too_many(
            stabilities in prop::collection::vec(0.5f32..300.0, 0..200),
            taken in prop::collection::vec(0i64..40, 0..10),
            per_day in 1i64..50,
        ) {
            let cards: Vec<Overdue> = stabilities.iter().map(|s| card(*s, 10)).collect();
            let days = spread(&cards, &taken, per_day);
            prop_assert_eq!(days.len(), cards.len());
            let sizes = sizes(cards.len(), &taken, per_day);
            for (day, size) in sizes.iter().enumerate() {
                prop_assert_eq!(days.iter().filter(|of| **of == day).count(), *size);
                let taken = taken.get(day).copied().unwrap_or(0);
                let size = i64::try_from(*size).unwrap();
                prop_assert!(size == 1 || size + taken <= per_day);
            }
        }
    }
}
