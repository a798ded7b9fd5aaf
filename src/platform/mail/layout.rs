//! The layout of mails. It is made from the plain text: paragraphs, and links where it has URLs.

use crate::markdown::escape;

/// Returns the mail as HTML. Colors and widths are written into the elements, because mail
/// programs ignore stylesheets.
pub fn html(subject: &str, text: &str) -> String {
    let paragraphs: String = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(paragraph)
        .collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\
         <body style=\"margin:0;padding:24px 12px\">\
         <div style=\"max-width:560px;margin:0 auto;font:16px/1.55 -apple-system,'Segoe UI',Roboto,sans-serif\">\
         <p style=\"margin:0 0 20px;font:600 18px/1.3 Georgia,serif\">{title}</p>{paragraphs}</div></body></html>",
        title = escape(subject),
    )
}

/// Returns the text of a mail as HTML for a page, whose rules allow no styles within elements.
pub fn plain(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim);
    let paragraphs = paragraphs.filter(|paragraph| !paragraph.is_empty());
    let paragraphs = paragraphs.map(|paragraph| {
        let lines: Vec<String> = paragraph.lines().map(line).collect();
        format!("<p>{}</p>", lines.join("<br>"))
    });
    paragraphs.collect()
}

fn paragraph(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line).collect();
    format!("<p style=\"margin:0 0 16px\">{}</p>", lines.join("<br>"))
}

/// Escapes a line, and makes links of its URLs.
fn line(line: &str) -> String {
    let words: Vec<String> = line
        .split(' ')
        .map(|word| {
            let escaped = escape(word);
            match word.starts_with("https://") || word.starts_with("http://") {
                true => format!("<a href=\"{escaped}\">{escaped}</a>"),
                false => escaped,
            }
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_links_are_kept_and_everything_else_is_text() {
        let html = html(
            "A & B",
            "Hello <b>,\n\nOpen this:\nhttps://x.example/?a=1&b=2\n\n\nSchool\n",
        );
        assert!(html.contains("<title>A &amp; B</title>"));
        let body = "<p style=\"margin:0 0 16px\">Hello &lt;b&gt;,</p><p style=\"margin:0 0 16px\">Open this:<br>\
                    <a href=\"https://x.example/?a=1&amp;b=2\">https://x.example/?a=1&amp;b=2</a></p>\
                    <p style=\"margin:0 0 16px\">School</p></div>";
        assert!(html.contains(body), "{html}");
    }
}
