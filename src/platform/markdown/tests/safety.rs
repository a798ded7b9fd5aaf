use std::cell::RefCell;
use std::time::{Duration, Instant};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::*;

use super::vectors::{PIECES, VECTORS};
use super::*;

/// Collects the faults of a page's HTML, independently of the code under test.
#[derive(Default)]
struct Inspector {
    open: RefCell<Vec<String>>,
    problems: RefCell<Vec<String>>,
}

const FORBIDDEN: &[&str] = &[
    "applet",
    "audio",
    "base",
    "body",
    "button",
    "embed",
    "form",
    "frame",
    "frameset",
    "head",
    "html",
    "iframe",
    "link",
    "main",
    "meta",
    "noscript",
    "object",
    "plaintext",
    "script",
    "select",
    "source",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
    "annotation-xml",
    "mglyph",
    "malignmark",
    "maction",
];
const VOID: &[&str] = &["br", "col", "hr", "img", "input", "wbr"];

impl Inspector {
    fn complain(&self, problem: String) {
        self.problems.borrow_mut().push(problem);
    }

    fn start(&self, tag: &Tag) {
        let name = tag.name.to_string();
        if FORBIDDEN.contains(&name.as_str()) {
            self.complain(format!("<{name}>"));
        }
        for attribute in &tag.attrs {
            self.attribute(&attribute.name.local, &attribute.value);
        }
        if !VOID.contains(&name.as_str()) {
            self.open.borrow_mut().push(name);
        }
    }

    fn attribute(&self, name: &str, value: &str) {
        let target: String = value
            .chars()
            .filter(|c| !c.is_control() && *c != ' ')
            .collect();
        let target = target.to_lowercase();
        let is_target = [
            "href",
            "src",
            "action",
            "formaction",
            "xlink:href",
            "data",
            "srcset",
        ]
        .contains(&name);
        let is_bad = name.starts_with("on")
            || ["style", "srcdoc", "name", "target", "ping"].contains(&name)
            || name == "id" && target.starts_with("ly-")
            || name == "class"
                && value
                    .split(' ')
                    .any(|class| class == "btn" || class.starts_with("ly-"))
            || is_target
                && ["javascript:", "data:", "vbscript:", "file:"]
                    .iter()
                    .any(|s| target.starts_with(s));
        if is_bad {
            self.complain(format!("{name}={value}"));
        }
    }
}

impl TokenSink for Inspector {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => self.start(&tag),
            Token::TagToken(tag) => {
                let open = self.open.borrow_mut().pop();
                if open.as_deref() != Some(&*tag.name) {
                    self.complain(format!("</{}> closes {open:?}", tag.name));
                }
            }
            Token::CommentToken(_) | Token::DoctypeToken(_) => self.complain("markup".to_owned()),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn problems(html: &str) -> Vec<String> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(Inspector::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let mut problems = tokenizer.sink.problems.into_inner();
    let open = tokenizer.sink.open.into_inner();
    if !open.is_empty() {
        problems.push(format!("left open: {open:?}"));
    }
    problems
}

/// Checks that the HTML is safe and balanced. A parser must also read it exactly as written, so
/// that no repair changes its meaning.
fn check(source: &str) -> Result<(), String> {
    let html = html(source);
    let problems = problems(&html);
    if !problems.is_empty() {
        return Err(format!("{problems:?} in {html}"));
    }
    let page = format!("<section class=\"practice\">{html}</section><aside>after</aside>");
    let reread = sanitize::clean(&page);
    if reread != page {
        return Err(format!("{page}\nis read as\n{reread}"));
    }
    Ok(())
}

#[test]
fn known_attacks_come_to_nothing() {
    for vector in VECTORS {
        check(vector).unwrap_or_else(|problem| panic!("{vector}\n{problem}"));
        check(&format!("a {vector} b\n\n- c {vector}\n"))
            .unwrap_or_else(|problem| panic!("{vector}\n{problem}"));
    }
}

#[test]
fn attacks_on_inline_text_come_to_nothing() {
    for vector in VECTORS {
        assert_eq!(
            problems(&render_inline(vector)),
            Vec::<String>::new(),
            "{vector}"
        );
    }
}

#[test]
fn application_classes_and_ids_are_out_of_reach() {
    let page = html("<div id=\"ly-main\" class=\"btn note dock\"></div>");
    assert_eq!(page.trim(), "<div class=\"note\"></div>");
}

/// Renders on a thread with the stack of a server's worker, and returns the time it took.
fn timed(source: String) -> Duration {
    let render = move || {
        let started = Instant::now();
        let rendered = render(&source, &|_, _| None);
        assert!(rendered.html.len() < 100 * 1024 * 1024);
        started.elapsed()
    };
    let thread = std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(render);
    thread.unwrap().join().unwrap()
}

#[test]
fn deep_and_repetitive_input_ends() {
    let many = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
    let unclosed: String = (0..50).map(|id| format!("<b id=x{id}>")).collect();
    let sources = [
        many("[", 10 << 20),
        many("[", 100_000),
        many("![](", 50_000),
        many(">", 100_000),
        many("> - ", 20_000),
        (0..400)
            .map(|depth| format!("{}- a\n", " ".repeat(depth)))
            .collect(),
        many("**a _b ", 50_000),
        many("<div>", 100_000),
        many("<b id=1>x<p>", 50_000),
        many("<table><tr><td>", 50_000),
        many("<math><mtext>", 50_000),
        many("<script>", 50_000),
        many("<!--", 50_000),
        many("</b></p>", 50_000),
        many("\0", 50_000),
        format!("<table>{unclosed}{}", many("<tr>x", 20_000)),
        format!("<p>{unclosed}{}", many("<div>x</div>", 20_000)),
        format!("${}x$", many("{", 1900)),
        format!("${}x$", many("\\sqrt", 1900)),
        format!("${}x$", many("\\left(", 1900)),
        format!("${}x$", many("x^{", 1900)),
        format!("${}x$", many("\\begin{matrix}", 1900)),
        format!("```html\n{}\n```", many("<a b=", 1000)),
    ];
    for source in sources {
        let start: String = source.chars().take(40).collect();
        let took = timed(source);
        assert!(took < Duration::from_secs(60), "{start} took {took:?}");
    }
}

/// Pieces that are special to Markdown, HTML or this renderer, combined at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(VECTORS).prop_map(str::to_owned),
        prop::sample::select(PIECES).prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
        "[a-z<>\"'=/&;:#$`*_|\\[\\](){}! \n-]{0,6}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_input_gets_anything_through(source in pieces()) {
        check(&source).map_err(TestCaseError::fail)?;
        prop_assert!(problems(&render_inline(&source)).is_empty());
    }

    #[test]
    fn no_text_makes_it_panic(source in any::<String>()) {
        check(&source).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn code_comes_out_as_it_went_in(
        code in "[ -~\n]{0,80}",
        language in prop::sample::select(&["rust", "html", "powershell", "console", "python"][..]),
    ) {
        let html = highlight(&code, language).unwrap_or_default();
        let text: String = html
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
            .collect();
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        prop_assert_eq!(text, code);
    }
}

#[test]
fn languages_and_directions_are_those_of_text() {
    let html = |source: &str| render(source, &|_, _| None).html.trim().to_owned();
    assert_eq!(
        html("<p lang=\"fa\" dir=\"RTL\">x</p>"),
        "<p lang=\"fa\" dir=\"RTL\">x</p>"
    );
    assert_eq!(
        html("<p lang=\"zh-Hant-TW\">x</p>"),
        "<p lang=\"zh-Hant-TW\">x</p>"
    );
    for source in [
        "<pre lang=\"rust\"><code lang=\"en\">x</code></pre>",
        "<p lang=\"rust\" dir=\"up\">x</p>",
        "<kbd lang=\"en\">x</kbd>",
        "```rust\nx\n```",
    ] {
        let html = html(source);
        assert!(
            !html.contains(" lang=") && !html.contains(" dir="),
            "{html}"
        );
    }
}
