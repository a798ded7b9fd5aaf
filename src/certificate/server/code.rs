//! The code of a certificate, such as `k7qm-2r9x-4tnb`: 60 random bits in Crockford's base 32. The
//! code can't be guessed, and it is easy to copy from paper.

use rand::Rng;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 12;

pub fn draw() -> String {
    let mut rng = rand::rng();
    let letters: Vec<char> = (0..LENGTH)
        .map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())]))
        .collect();
    grouped(&letters)
}

/// Reads a typed code. Ignores case, hyphens and white space, and reads O as 0, and I and L as 1.
/// None if the text is no code.
pub fn read(typed: &str) -> Option<String> {
    let mut letters = Vec::with_capacity(LENGTH);
    for letter in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let letter = match letter.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        if letters.len() == LENGTH || !letter.is_ascii() || !ALPHABET.contains(&(letter as u8)) {
            return None;
        }
        letters.push(letter);
    }
    (letters.len() == LENGTH).then(|| grouped(&letters))
}

fn grouped(letters: &[char]) -> String {
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_as_people_copy_it() {
        let code = Some("k7qm-2r9x-0t1b".to_owned());
        for typed in ["k7qm-2r9x-0t1b", " K7QM 2R9X OTLB ", "k7qm2r9xotib"] {
            assert_eq!(read(typed), code, "{typed}");
        }
        for other in [
            "",
            "k7qm-2r9x",
            "k7qm-2r9x-0t1b-0",
            "k7qm-2r9x-0t1u",
            "k7qm-2r9x-0tüb",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_read(_ in 0..50u8) {
            let code = draw();
            prop_assert_eq!(read(&code), Some(code.clone()));
            prop_assert_eq!(read(&code.to_uppercase()), Some(code));
        }
    }
}
