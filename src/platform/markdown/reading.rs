//! Collects the readable text of a page for search, and counts its words.

#[derive(Default)]
pub(super) struct ReadableText {
    text: String,
    /// Word count doubled: a word of prose counts two, a word of code one.
    half_words: u32,
    is_in_word: bool,
}

impl ReadableText {
    /// Adds text. In prose, white space is reduced to one space; in code it is kept.
    pub(super) fn push(&mut self, text: &str, is_code: bool) {
        for c in text.chars() {
            self.count(c, is_code);
            if is_code || !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
    }

    fn count(&mut self, c: char, is_code: bool) {
        if c.is_whitespace() {
            self.is_in_word = false;
        } else if c.is_alphanumeric() && !self.is_in_word {
            self.is_in_word = true;
            let weight = if is_code { 1 } else { 2 };
            self.half_words = self.half_words.saturating_add(weight);
        }
    }

    /// Ends a line, because another block follows.
    pub(super) fn end_line(&mut self) {
        self.is_in_word = false;
        if self.text.ends_with(' ') {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    /// Returns the text and the number of words.
    pub(super) fn finish(self) -> (String, u32) {
        (self.text.trim().to_owned(), self.half_words.div_ceil(2))
    }
}
