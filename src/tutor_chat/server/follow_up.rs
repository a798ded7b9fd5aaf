//! Questions that lean on the question before them, such as "And why?"

use super::answer::subject_words;

/// First words of a question that goes on with what was said.
const OPENERS: [&str; 6] = ["and", "but", "or", "so", "then", "also"];
/// Words that stand for something that was said.
const STANDING_FOR: [&str; 10] = [
    "it", "its", "that", "this", "they", "them", "their", "those", "these", "one",
];
/// Words about a subject from which a question can be answered by itself.
const OWN_SUBJECT: usize = 2;

/// Returns true if the question may need the one before it to be understood.
pub fn leans(question: &str) -> bool {
    let small = question.to_lowercase();
    let words: Vec<&str> = small
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.first().is_some_and(|word| OPENERS.contains(word))
        || words.iter().any(|word| STANDING_FOR.contains(word))
        || !has_subject(question)
}

/// Returns true if the question names enough of its subject to be asked alone.
fn has_subject(question: &str) -> bool {
    subject_words(question) >= OWN_SUBJECT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_leans_on_the_one_before_if_it_lacks_its_subject() {
        for question in [
            "And why?",
            "why",
            "How is it computed?",
            "Who uses that?",
            "But outliers?",
        ] {
            assert!(leans(question), "{question}");
        }
        assert!(!leans("How does the median treat outliers?"));
        assert!(has_subject("So how does the median treat outliers?"));
        assert!(!has_subject("And why?"));
    }
}
