//! Assigns questions of the bank to sections. Sections may share candidates, and no question is
//! used twice. A draw is found whenever one exists (augmenting paths, H. W. Kuhn, Naval Research
//! Logistics Quarterly 2, 1955).

/// Number of questions of a section, and the candidates for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub count: usize,
    /// Indexes into the bank, preferred ones first.
    pub candidates: Vec<usize>,
}

/// Error: the bank has too few questions for a section once the sections before it are filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    pub section: usize,
    pub missing: usize,
}

/// Returns the bank indexes that each section gets, in the order of its candidates. `bank` is the
/// number of questions in the bank.
///
/// # Errors
///
/// Fails with a `Shortage` if no draw satisfies all sections.
pub fn draw(needs: &[Need], bank: usize) -> Result<Vec<Vec<usize>>, Shortage> {
    let mut owners: Vec<Option<usize>> = vec![None; bank];
    for (section, need) in needs.iter().enumerate() {
        for got in 0..need.count {
            let mut tried = vec![false; needs.len()];
            if !augment(section, needs, &mut owners, &mut tried) {
                return Err(Shortage {
                    section,
                    missing: need.count - got,
                });
            }
        }
    }
    Ok(needs
        .iter()
        .enumerate()
        .map(|(section, need)| {
            let drawn = need.candidates.iter().copied();
            drawn
                .filter(|&place| owners.get(place) == Some(&Some(section)))
                .collect()
        })
        .collect())
}

/// Gives the section one more question. Takes a free one, or one from a section that can replace
/// it. Returns false if there is neither.
fn augment(
    section: usize,
    needs: &[Need],
    owners: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    if std::mem::replace(&mut tried[section], true) {
        return false;
    }
    let candidates = &needs[section].candidates;
    if let Some(&free) = candidates
        .iter()
        .find(|&&place| owners.get(place) == Some(&None))
    {
        owners[free] = Some(section);
        return true;
    }
    for &place in candidates {
        if let Some(&Some(owner)) = owners.get(place)
            && augment(owner, needs, owners, tried)
        {
            owners[place] = Some(section);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn need(count: usize, candidates: &[usize]) -> Need {
        Need {
            count,
            candidates: candidates.to_vec(),
        }
    }

    #[test]
    fn a_section_gives_way_where_it_has_a_choice() {
        let drawn = draw(&[need(1, &[0, 1]), need(1, &[0])], 2);
        assert_eq!(drawn, Ok(vec![vec![1], vec![0]]));
        let short = draw(&[need(1, &[0, 1]), need(3, &[0, 2])], 3);
        assert_eq!(
            short,
            Err(Shortage {
                section: 1,
                missing: 1
            })
        );
    }

    /// Checks Hall's condition by enumerating every set of sections.
    fn is_possible(needs: &[Need]) -> bool {
        (0u32..1 << needs.len()).all(|set| {
            let chosen = || {
                (0..needs.len())
                    .filter(move |n| set & (1 << n) != 0)
                    .map(|n| &needs[n])
            };
            let offered: HashSet<usize> = chosen()
                .flat_map(|need| need.candidates.iter().copied())
                .collect();
            chosen().map(|need| need.count).sum::<usize>() <= offered.len()
        })
    }

    proptest! {
        #[test]
        fn it_draws_whenever_that_is_possible(
            sections in proptest::collection::vec((1usize..4, proptest::collection::btree_set(0usize..8, 0..6)), 1..5),
        ) {
            let needs: Vec<Need> = sections
                .into_iter()
                .map(|(count, candidates)| Need { count, candidates: candidates.into_iter().collect() })
                .collect();
            match draw(&needs, 8) {
                Ok(drawn) => {
                    let all: Vec<usize> = drawn.iter().flatten().copied().collect();
                    prop_assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
                    for (need, drawn) in needs.iter().zip(&drawn) {
                        prop_assert_eq!(drawn.len(), need.count);
                        prop_assert!(drawn.iter().all(|place| need.candidates.contains(place)));
                    }
                }
                Err(_) => prop_assert!(!is_possible(&needs)),
            }
        }
    }
}
