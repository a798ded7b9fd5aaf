//! HTML to Markdown: readers see the same.

use proptest::prelude::*;

use crate::platform::markdown::render;
use crate::question_bank::server::exchange::markup::{
    Element, Markup, Node, escape, html, text_of, to_markdown, to_xhtml, xml,
};

fn markdown(source: &str) -> String {
    let mut notes = Vec::new();
    let markdown = to_markdown(&html::parse(source), &mut notes);
    assert_eq!(notes, []);
    markdown
}

/// Returns the text with single spaces between words, as a browser shows it.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn seen(markdown: &str) -> String {
    let html = render(markdown, &|_, _| None).html;
    // The syntax colors of code are not text.
    words(&spaced(&html::parse(&html)))
}

/// Returns all text, with a space between blocks.
fn spaced(nodes: &[Node]) -> String {
    nodes
        .iter()
        .map(|node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(element) if is_furniture(element) => String::new(),
            Node::Element(element) if element.name == "br" || html::is_block(&element.name) => {
                format!(" {} ", spaced(&element.children))
            }
            Node::Element(element) => spaced(&element.children),
        })
        .collect()
}

/// True for elements that the platform adds.
fn is_furniture(element: &Element) -> bool {
    element.name == "figcaption" || element.attribute("class") == Some("anchor")
}

#[test]
fn xhtml_is_what_qti_allows() {
    let xhtml = |source: &str| {
        let mut out = String::new();
        let without_hash = |element: &mut Element| {
            element
                .attributes
                .retain(|(name, _)| name != "data-markdown-of");
        };
        for node in to_xhtml::inline(source) {
            match node {
                Node::Element(mut element) => {
                    without_hash(&mut element);
                    xml::write(&mut out, &element);
                }
                Node::Text(text) => out.push_str(&text),
            }
        }
        out
    };
    assert_eq!(xhtml("a *b*\\\n`c`"), "a <em>b</em><br/>\n<code>c</code>");
    assert_eq!(xhtml("## Title"), "<h2>Title</h2>");
    assert_eq!(
        xhtml("```rust\nlet x = 1;\n```"),
        "<pre><code class=\"language-rust\">let x = 1;</code></pre>"
    );
    assert_eq!(
        xhtml("> [!NOTE]\n> a"),
        "<div data-markdown=\"&gt; [!NOTE]&#10;&gt; a\"><blockquote><p>Note</p>\n<p>a</p>\n</blockquote></div>"
    );
    assert_eq!(
        xhtml("| a |\n|---|\n| [b](https://e.org) |").replace('\n', ""),
        "<div data-markdown=\"| a |&#10;|---|&#10;| [b](https://e.org) |\"><div><table><thead><tr><th>a</th></tr></thead>\
         <tbody><tr><td><a href=\"https://e.org\">b</a></td></tr></tbody></table></div></div>"
    );
    assert!(xhtml("$x$").starts_with(
        "<div data-markdown=\"$x$\"><math xmlns=\"http://www.w3.org/1998/Math/MathML\""
    ));
    assert!(!xhtml("<script>x</script>a").contains("<script"));
}

#[test]
fn blocks() {
    for (html, expected) in [
        ("<p>One</p><p>Two", "One\n\nTwo"),
        ("a<br>b<br>", "a\\\nb"),
        ("<h2>Title <em>x</em></h2>text", "## Title *x*\n\ntext"),
        ("<h1>C#</h1>", "# C\\#"),
        ("<h3>#</h3>", "### \\#"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "- a\n- b\n  - c"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        (
            "<ol start=3><li><p>a</p><p>b</p></li><li>c</li></ol>",
            "3. a\n\n   b\n\n4. c",
        ),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        (
            "<pre><code class='language-rust'>fn main() {\n    let x: Vec&lt;i32> = `a`;\n}\n</code></pre>",
            "```rust\nfn main() {\n    let x: Vec<i32> = `a`;\n}\n```",
        ),
        ("<pre>```</pre>", "````\n```\n````"),
        ("<div><div>a</div>b</div>", "a\n\nb"),
        ("<span>a<p>b</p></span>", "a\n\nb"),
        ("a<hr>b", "a\n\n***\n\nb"),
        (
            "<table><tr><th>A</th><th>B|C</th></tr><tr><td>1</td><td><b>2</b><br>3</td></tr></table>",
            "| A | B\\|C |\n| --- | --- |\n| 1 | **2**<br>3 |",
        ),
        (
            "<table><tr><td>1<td>2</table>",
            "|  |  |\n| --- | --- |\n| 1 | 2 |",
        ),
        (
            "<table><tr><td colspan='2' onclick='x'>*a*</td></tr></table>",
            "<table><tr><td colspan=\"2\">&#42;a&#42;</td></tr></table>",
        ),
        ("<style>p {}</style><p>a</p>", "a"),
        ("", ""),
    ] {
        assert_eq!(markdown(html), expected, "{html}");
    }
}

#[test]
fn words_within_paragraphs() {
    for (html, expected) in [
        ("a  <b> b </b>c", "a **b** c"),
        ("<b>a</b><b>b</b>", "**a**<strong>b</strong>"),
        ("x<i>(y)</i>z", "x<em>(y)</em>z"),
        ("<code>a</code><code>b</code>", "`a`<code>b</code>"),
        ("<code>`</code>", "`` ` ``"),
        (
            "x<sup>2</sup> <o:p>&nbsp;</o:p> <font color=red>y</font>",
            "x<sup>2</sup> y",
        ),
        (
            "<a href='https://e.org/a_(b)'>a [b]</a>",
            "[a \\[b\\]](https://e.org/a_%28b%29)",
        ),
        ("<a href='javascript:x'>a</a>", "a"),
        ("<a href='é'>a</a>", "a"),
        (
            "wow!<a href='https://e.org'>a</a>",
            "wow\\![a](https://e.org)",
        ),
        (
            "<img src='https://e.org/a.png' alt='A_b_'>",
            "![A_b\\_](https://e.org/a.png)",
        ),
        (
            "a Vec<i32> and HashMap<String, Vec<u8>>, a < b",
            "a Vec\\<i32> and HashMap\\<String, Vec\\<u8>>, a < b",
        ),
        (
            "snake_case _x_ 2 * 3 *x* #1 1. a",
            "snake_case \\_x\\_ 2 * 3 \\*x\\* #1 1. a",
        ),
        (
            "a _____ b, _____. <i>_____</i>",
            "a _____ b, _____. <em>\\_\\_\\_\\_\\_</em>",
        ),
        ("1. a", "1\\. a"),
        ("- a", "\\- a"),
        ("&amp;lt; &amp; x", "\\&lt; & x"),
        (
            r"\(x_1^2\) and \[ y \] and $$z$$ and 5$",
            "$x_1^2$ and $$y$$ and $$z$$ and 5\\$",
        ),
        (
            "<math><mi>x</mi><mo>*</mo><mn>2</mn></math>",
            "<math><mi>x</mi><mo>&#42;</mo><mn>2</mn></math>",
        ),
    ] {
        assert_eq!(markdown(html), expected, "{html}");
    }
}

#[test]
fn pictures_and_films_are_noted() {
    let mut notes = Vec::new();
    let source = "<img src='data:image/png;base64,AA' alt='A map'><video src='a.mp4'></video>\
        <script>alert(1)</script><input type='text'>";
    assert_eq!(Markup::Html.markdown(source, &mut notes), "A map");
    let what: Vec<_> = notes.iter().map(|note| note.what.as_str()).collect();
    assert_eq!(
        what,
        [
            "an embedded picture",
            "an embedded <video>",
            "a program of its page",
            "a field <input>"
        ]
    );
}

/// Generates text with every character that has a meaning in Markdown.
fn text() -> impl Strategy<Value = String> {
    "([-a-c1. \\\\`*_~#+=<>&;!|:$(){}\\[\\]/\"'^x@é]){1,14}"
}

fn inline() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        4 => text().prop_map(Node::Text),
        1 => text().prop_map(|text| Element::new("code").saying(&text).into()),
        1 => Just(Element::new("br").into()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        (
            proptest::sample::select(vec!["b", "em", "del", "sub", "span", "a"]),
            proptest::collection::vec(inner, 0..4),
        )
            .prop_map(|(name, children)| {
                Element::new(name)
                    .with("href", "https://example.org/x")
                    .holding(children)
                    .into()
            })
    })
}

fn block() -> impl Strategy<Value = Node> {
    let paragraph = proptest::collection::vec(inline(), 0..4)
        .prop_map(|children| Node::from(Element::new("p").holding(children)));
    let pre = text().prop_map(|text| Node::from(Element::new("pre").saying(&text)));
    let table = proptest::collection::vec(proptest::collection::vec(inline(), 0..3), 1..4)
        .prop_map(|cells| {
            let cells = cells
                .into_iter()
                .map(|cell| Element::new("td").holding(cell).into());
            let row = Element::new("tr").holding(cells);
            Node::from(Element::new("table").holding([row.into()]))
        });
    let heading = proptest::collection::vec(inline(), 0..3)
        .prop_map(|children| Node::from(Element::new("h3").holding(children)));
    prop_oneof![4 => paragraph, 1 => pre, 1 => table, 1 => heading].prop_recursive(
        3,
        12,
        4,
        |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(|children| Element::new(
                    "blockquote"
                )
                .holding(children)
                .into()),
                (
                    proptest::sample::select(vec!["ul", "ol"]),
                    proptest::collection::vec(proptest::collection::vec(inner, 0..3), 0..3)
                )
                    .prop_map(|(name, items)| {
                        let items = items
                            .into_iter()
                            .map(|item| Element::new("li").holding(item).into());
                        Element::new(name).holding(items).into()
                    }),
            ]
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn plain_text_stays_what_it_is(text in text()) {
        prop_assert_eq!(seen(&escape::text(text.trim())), words(&text));
    }

    #[test]
    fn what_is_seen_stays_the_same(blocks in proptest::collection::vec(block(), 0..4)) {
        let is_formula = |sign: &&str| spaced(&blocks).contains(*sign);
        prop_assume!(!["\\(", "\\[", "$$"].iter().any(is_formula));
        let markdown = to_markdown(&blocks, &mut Vec::new());
        prop_assert_eq!(seen(&markdown).replace(' ', ""), words(&spaced(&blocks)).replace(' ', ""), "{}", markdown);
    }

    /// Types, comparisons and unfinished tags are text.
    #[test]
    fn nothing_of_a_text_is_lost(text in "(<|>|</|/>|T|Vec|HashMap|K|, | |=|\"|'|: |!--|-->|head|style|title|&|x|\\?){1,20}") {
        let source = text.trim();
        let markdown = Markup::Moodle.markdown(source, &mut Vec::new());
        prop_assert_eq!(seen(&markdown), words(source), "{}", markdown);
    }

    #[test]
    fn any_html_is_read(source in "(<[/!]?(p|b|li|table|td|tr|pre|script|style|html|body|code|math|mfenced|semantics|x|!--)? ?[a=\"'>/]{0,3}|[a&;>\\\\*\n]|\\{|```\n){0,40}") {
        for reading in [html::TagStrictness::Html, html::TagStrictness::Text] {
            let nodes = html::parse_as(&source, reading);
            let _ = text_of(&nodes);
            to_markdown(&nodes, &mut Vec::new());
        }
    }
}

#[test]
fn deep_nesting_ends() {
    let deep = "<div><b>".repeat(50_000) + "x" + &"</b></div>".repeat(50_000);
    assert_eq!(to_markdown(&html::parse(&deep), &mut Vec::new()), "**x**");
}
