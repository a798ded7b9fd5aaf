//! Reads the sentences of a reply while it arrives: each as soon as its JSON object is complete.

use serde::Deserialize;

/// A sentence as the model has written it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct DraftSentence {
    pub text: String,
    #[serde(default)]
    pub cites: Vec<DraftCitation>,
    /// Code of the passage that the sentence is about, and its language.
    #[serde(default)]
    pub code: String,
    #[serde(default)]
    pub code_language: String,
}

/// A passage that a sentence names, and the words that it takes from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DraftCitation {
    pub id: String,
    #[serde(default)]
    pub quote: String,
}

/// Most characters of the JSON object of a sentence. A longer one is skipped.
const OBJECT_CHARACTERS: usize = 6_000;

/// The state between two pieces of a reply.
#[derive(Debug, Default)]
pub struct SentenceReader {
    /// Brackets that are open.
    open: Vec<char>,
    is_in_string: bool,
    is_escaped: bool,
    /// The sentence's object as far as it has arrived.
    object: String,
    /// Number of open brackets outside the object, while one is read.
    outside: Option<usize>,
}

impl SentenceReader {
    /// Takes the next piece of the reply. Returns the sentences that are complete with it. Text
    /// around the JSON is ignored, and so are objects that are no sentences.
    pub fn push(&mut self, piece: &str) -> Vec<DraftSentence> {
        let mut found = Vec::new();
        for letter in piece.chars() {
            if self.outside.is_some() && self.object.len() < OBJECT_CHARACTERS * 4 {
                self.object.push(letter);
            }
            if self.is_in_string {
                match letter {
                    _ if self.is_escaped => self.is_escaped = false,
                    '\\' => self.is_escaped = true,
                    '"' => self.is_in_string = false,
                    _ => {}
                }
                continue;
            }
            match letter {
                '"' => self.is_in_string = !self.open.is_empty(),
                '{' | '[' => self.open(letter),
                '}' | ']' => found.extend(self.close(letter)),
                _ => {}
            }
        }
        found
    }

    fn open(&mut self, bracket: char) {
        // Only an object inside of a list is a sentence.
        let is_sentence = bracket == '{' && self.open.last() == Some(&'[');
        if self.outside.is_none() && is_sentence {
            self.outside = Some(self.open.len());
            self.object = bracket.to_string();
        }
        self.open.push(bracket);
    }

    fn close(&mut self, bracket: char) -> Option<DraftSentence> {
        let opening = if bracket == '}' { '{' } else { '[' };
        if self.open.last() == Some(&opening) {
            self.open.pop();
        }
        if self.outside != Some(self.open.len()) {
            return None;
        }
        self.outside = None;
        let object = std::mem::take(&mut self.object);
        let is_short = object.chars().count() <= OBJECT_CHARACTERS;
        serde_json::from_str(&object).ok().filter(|_| is_short)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(sentences: Vec<DraftSentence>) -> Vec<String> {
        sentences.into_iter().map(|one| one.text).collect()
    }

    const REPLY: &str = r#"Here you are: ```json
        {"sentences": [
            {"text": "A \"b\" {c} [d] \\", "cites": [{"id": "p1", "quote": "x ] } y"}]},
            {"words": "no sentence"}, {"text": 3},
            {"text": "Zweiter Satz – é."}
        ]} ``` and {"text": "not in a list"}"#;

    #[test]
    fn sentences_are_found_and_nothing_else() {
        let found = SentenceReader::default().push(REPLY);
        assert_eq!(found[0].cites[0].quote, "x ] } y");
        assert_eq!(texts(found), [r#"A "b" {c} [d] \"#, "Zweiter Satz – é."]);
        let list = r#"[{"text": "Bare list."}]"#;
        assert_eq!(texts(SentenceReader::default().push(list)), ["Bare list."]);
    }

    #[test]
    fn a_sentence_without_end_is_no_sentence() {
        let mut reader = SentenceReader::default();
        assert!(reader.push(r#"{"sentences": [{"text": "#).is_empty());
        for _ in 0..1_000 {
            assert!(reader.push(&"x".repeat(1_000)).is_empty());
        }
        assert!(reader.object.len() <= OBJECT_CHARACTERS * 4 + 4);
    }

    proptest! {
        #[test]
        fn pieces_may_end_anywhere(ends in prop::collection::vec(0..REPLY.chars().count(), 0..20)) {
            let letters: Vec<char> = REPLY.chars().collect();
            let mut ends = ends;
            ends.push(letters.len());
            ends.sort_unstable();
            let mut reader = SentenceReader::default();
            let (mut found, mut begin) = (Vec::new(), 0);
            for end in ends {
                let piece: String = letters[begin..end].iter().collect();
                found.extend(reader.push(&piece));
                begin = end;
            }
            prop_assert_eq!(found, SentenceReader::default().push(REPLY));
        }

        #[test]
        fn no_text_is_too_strange(pieces in prop::collection::vec("[\\[\\]{}\"\\\\a:, é]{0,12}", 0..20)) {
            let mut reader = SentenceReader::default();
            for piece in &pieces {
                reader.push(piece);
            }
        }
    }
}
