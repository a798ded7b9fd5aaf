//! Tokenizes raw HTML just enough to find elements, comments and attribute values in place. This is
//! no security boundary: the sanitizer of `platform::markdown` decides which HTML stays.

use std::ops::Range;

#[derive(Debug, PartialEq)]
pub enum Token {
    Comment(Range<usize>),
    Tag(Tag),
}

#[derive(Debug, PartialEq)]
pub struct Tag {
    pub range: Range<usize>,
    /// Name in its original case; compare it with [`Tag::is`].
    pub name: String,
    pub closing: bool,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, PartialEq)]
pub struct Attribute {
    pub name: String,
    /// Value with entities resolved.
    pub value: String,
    /// Range of name, equals sign, value and quotes.
    pub range: Range<usize>,
}

impl Tag {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        let mut attributes = self.attributes.iter();
        attributes.find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.attribute(name)
            .map(|attribute| attribute.value.as_str())
    }

    pub fn has_class(&self, class: &str) -> bool {
        self.value("class")
            .is_some_and(|classes| classes.split_whitespace().any(|one| one == class))
    }
}

/// Returns the tokens of `text[range]`, with ranges in `text`.
pub fn tokens(text: &str, range: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = range.start;
    while let Some(start) = text[at..range.end].find('<').map(|found| at + found) {
        let rest = &text[start..range.end];
        if rest.starts_with("<!--") {
            at = rest
                .find("-->")
                .map_or(range.end, |close| start + close + 3);
            tokens.push(Token::Comment(start..at));
        } else if let Some(tag) = tag(text, start, range.end) {
            at = tag.range.end;
            tokens.push(Token::Tag(tag));
        } else {
            at = start + 1;
        }
    }
    tokens
}

fn tag(text: &str, start: usize, end: usize) -> Option<Tag> {
    let mut cursor = TagCursor {
        text,
        at: start + 1,
        end,
    };
    let closing = cursor.eat('/');
    let name = cursor.take(|c| c.is_ascii_alphanumeric() || c == '-');
    if !text[name.clone()].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut attributes = Vec::new();
    loop {
        cursor.take(|c| c.is_whitespace() || c == '/');
        if cursor.eat('>') {
            break;
        }
        attributes.push(cursor.attribute()?);
    }
    Some(Tag {
        range: start..cursor.at,
        name: text[name].to_owned(),
        closing,
        attributes,
    })
}

struct TagCursor<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl TagCursor<'_> {
    fn eat(&mut self, wanted: char) -> bool {
        let found = self.text[self.at..self.end].starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Range<usize> {
        let start = self.at;
        let rest = &self.text[start..self.end];
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        start..self.at
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let name = self.take(|c| !c.is_whitespace() && !"=>/\"'<".contains(c));
        if name.is_empty() {
            return None;
        }
        let mut end = self.at;
        self.take(char::is_whitespace);
        let mut value = 0..0;
        if self.eat('=') {
            self.take(char::is_whitespace);
            value = self.value()?;
            end = self.at;
        }
        Some(Attribute {
            name: self.text[name.clone()].to_owned(),
            value: decoded(&self.text[value]),
            range: name.start..end,
        })
    }

    fn value(&mut self) -> Option<Range<usize>> {
        for quote in ['"', '\''] {
            if self.eat(quote) {
                let value = self.take(|c| c != quote);
                return self.eat(quote).then_some(value);
            }
        }
        Some(self.take(|c| !c.is_whitespace() && c != '>'))
    }
}

pub fn decoded(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">");
    let text = text.replace("&quot;", "\"").replace("&#39;", "'");
    text.replace("&amp;", "&")
}

pub fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_tags_comments_and_attributes_in_place() {
        let text = "a < b <!-- <x> --> <Listing number=\"1-2\" caption='a `<T>` &amp; b' open>x</Listing><br/>";
        let tokens = tokens(text, 0..text.len());
        let Token::Comment(comment) = &tokens[0] else {
            panic!()
        };
        assert_eq!(&text[comment.clone()], "<!-- <x> -->");
        let Token::Tag(tag) = &tokens[1] else {
            panic!()
        };
        assert_eq!(tag.value("number"), Some("1-2"));
        assert_eq!(tag.value("caption"), Some("a `<T>` & b"));
        assert_eq!(
            &text[tag.attribute("number").unwrap().range.clone()],
            "number=\"1-2\""
        );
        let Token::Tag(tag) = &tokens[2] else {
            panic!()
        };
        assert!(tag.closing && tag.is("listing"));
        assert_eq!(tokens.len(), 4);
    }

    #[test]
    fn stray_signs_are_no_tags() {
        assert_eq!(tokens("1 < 2 > 0 <- <= <\"", 0..18), []);
        assert_eq!(tokens("<a href=\"never closed", 0..21), []);
    }
}
