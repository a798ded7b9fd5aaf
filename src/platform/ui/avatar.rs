//! A person's picture or initials.

use leptos::prelude::*;

use super::Erase;

/// The avatar is decoration, hidden from screen readers. The name must stand beside it or on the
/// control around it.
#[component]
pub fn Avatar(
    #[prop(into)] name: String,
    #[prop(optional, into)] picture: Option<String>,
    #[prop(optional)] big: bool,
) -> impl IntoView {
    let face = match picture.filter(|url| !url.is_empty()) {
        Some(url) => view! { <img src=url alt="" loading="lazy" decoding="async" /> }.erase(),
        None => initials(&name).erase(),
    };
    view! {
        <span class=if big { "avatar big" } else { "avatar" } aria-hidden="true">
            {face}
        </span>
    }
    .erase()
}

/// The first letters of the first and the last word, or "?".
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(initial);
    let last = words.next_back().and_then(initial);
    let letters: String = first.into_iter().chain(last).collect();
    if letters.is_empty() {
        "?".into()
    } else {
        letters
    }
}

/// Keeps the letter's case. The stylesheet makes capitals, because Rust's case tables for all
/// scripts would enlarge the download.
fn initial(word: &str) -> Option<char> {
    word.chars().find(|c| c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_the_first_letters_of_the_first_and_last_word() {
        assert_eq!(initials("Asha Kumar"), "AK");
        assert_eq!(initials("  tomás  de la  díaz "), "td");
        assert_eq!(initials("Wei"), "W");
        assert_eq!(initials("(Élodie) 'Ngo"), "ÉN");
        assert_eq!(initials(" — "), "?");
        assert_eq!(initials(""), "?");
    }
}
