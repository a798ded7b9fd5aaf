//! Numbers repeated names.

use std::collections::{HashMap, HashSet};

/// Names that are taken. The next number of each name is remembered, so that many equal names do
/// not make each other slow.
pub struct Unique {
    first: usize,
    taken: HashSet<String>,
    next: HashMap<String, usize>,
}

impl Unique {
    /// `first` is the number of the first repetition.
    pub fn numbered_from(first: usize) -> Self {
        Self {
            first,
            taken: HashSet::new(),
            next: HashMap::new(),
        }
    }

    /// Returns `wanted`, with a number appended if it is taken.
    pub fn take(&mut self, wanted: String) -> String {
        if self.taken.insert(wanted.clone()) {
            return wanted;
        }
        let number = self.next.entry(wanted.clone()).or_insert(self.first);
        loop {
            let name = format!("{wanted}-{number}");
            *number += 1;
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_names_are_numbered_past_those_that_have_the_number_already() {
        let mut unique = Unique::numbered_from(1);
        let names = ["a", "a-1", "a", "a", "a-1", "b"].map(|name| unique.take(name.to_owned()));
        assert_eq!(names, ["a", "a-1", "a-2", "a-3", "a-1-1", "b"]);
    }

    #[test]
    fn many_equal_names_are_numbered_in_linear_time() {
        let mut unique = Unique::numbered_from(1);
        let begun = std::time::Instant::now();
        for _ in 0..200_000 {
            unique.take("same".to_owned());
        }
        assert!(begun.elapsed().as_secs() < 120);
        assert_eq!(unique.take("same".to_owned()), "same-200000");
    }
}
