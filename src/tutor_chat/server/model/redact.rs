//! Takes personal data out of texts that are sent to a model: addresses of mails, numbers of
//! telephones, and the learner's own name.

const MAIL: &str = "(e-mail address)";
const PHONE: &str = "(phone number)";
const NAME: &str = "(name)";

/// Fewest digits of a telephone number with a plus or a zero before it, and of any other.
const PHONE_DIGITS: usize = 7;
const PLAIN_PHONE_DIGITS: usize = 9;
/// Parts of a name that are shorter are words of their own too often, such as "de".
const NAME_CHARACTERS: usize = 3;

/// Returns the text without personal data. `name` is the learner's name.
pub fn redact(text: &str, name: &str) -> String {
    without_name(&without_phones(&without_mails(text)), name)
}

fn without_mails(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        let is_around = |letter: char| !letter.is_alphanumeric();
        let bare = word.trim_matches(is_around);
        let is_mail = bare.split_once('@').is_some_and(|(before, after)| {
            !before.is_empty() && after.contains('.') && !after.starts_with('.')
        });
        match is_mail {
            true => out.push_str(&word.replacen(bare, MAIL, 1)),
            false => out.push_str(word),
        }
    }
    out
}

fn is_phone_letter(letter: char) -> bool {
    letter.is_ascii_digit() || matches!(letter, '+' | '-' | '(' | ')' | '/' | ' ' | '\u{a0}' | '.')
}

fn without_phones(text: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for letter in text.chars() {
        match is_phone_letter(letter) {
            true => run.push(letter),
            false => {
                push_run(&mut out, &mut run);
                out.push(letter);
            }
        }
    }
    push_run(&mut out, &mut run);
    out
}

/// Ends a run of digits and the marks between them.
fn push_run(out: &mut String, run: &mut String) {
    let is_edge = |letter: char| !letter.is_ascii_digit() && !matches!(letter, '+' | '(');
    let core = run.trim_start_matches(is_edge);
    let core = core.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    match is_phone(core) {
        true => out.push_str(&run.replacen(core, PHONE, 1)),
        false => out.push_str(run),
    }
    run.clear();
}

fn is_phone(run: &str) -> bool {
    let digits = run.chars().filter(char::is_ascii_digit).count();
    let is_marked = run.starts_with(['+', '0', '(']);
    // A long decimal number has one point and no other mark.
    let marks = run.chars().filter(|letter| !letter.is_ascii_digit());
    let is_decimal = marks.clone().count() == 1 && marks.clone().all(|mark| mark == '.');
    let least = match is_marked {
        true => PHONE_DIGITS,
        false => PLAIN_PHONE_DIGITS,
    };
    digits >= least && !is_decimal
}

fn without_name(text: &str, name: &str) -> String {
    let parts: Vec<String> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|part| part.chars().count() >= NAME_CHARACTERS)
        .map(str::to_lowercase)
        .collect();
    let mut out = String::new();
    let mut word = String::new();
    let end = |word: &mut String, out: &mut String| {
        match parts.contains(&word.to_lowercase()) {
            true => out.push_str(NAME),
            false => out.push_str(word),
        }
        word.clear();
    };
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            word.push(letter);
        } else {
            end(&mut word, &mut out);
            out.push(letter);
        }
    }
    end(&mut word, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn personal_data_is_taken_out() {
        for (text, expected) in [
            (
                "I am Asha (asha.k@mail.example.org), why?",
                "I am (name) ((e-mail address)), why?",
            ),
            (
                "Call +49 170 1234567, please.",
                "Call (phone number), please.",
            ),
            ("Ring (0170) 12-34-567!", "Ring (phone number)!"),
            ("asha's ASHA", "(name)'s (name)"),
        ] {
            assert_eq!(redact(text, "Asha K."), expected);
        }
    }

    #[test]
    fn other_numbers_and_words_stay() {
        for text in [
            "Is 1,000,000 more than 3.14159265358979?",
            "Years 1999 - 2024, 23 per cent, 10.5",
            "x @ y, a@b, foo@",
            "Ashanti gold",
        ] {
            assert_eq!(redact(text, "Asha"), text);
        }
    }

    proptest! {
        #[test]
        fn no_address_and_no_name_is_left(
            before in "[a-z ,.]{0,20}", local in "[a-z0-9]{1,9}", host in "[a-z]{1,9}", after in "[ ,.!?][a-z ]{0,9}",
        ) {
            let address = format!("{local}@{host}.example");
            let text = format!("{before} {address}{after} Priya");
            let out = redact(&text, "Priya");
            prop_assert!(!out.contains(&address), "{}", out);
            prop_assert!(!out.contains("Priya"), "{}", out);
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,80}", name in ".{0,20}") {
            redact(&text, &name);
        }
    }
}
