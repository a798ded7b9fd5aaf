//! The text of pages: listings, quotations, links, formulas and what mdBook adds.

use super::*;

#[test]
fn listings_captions_and_file_names() {
    let text = "<Listing number=\"3-1\" file-name=\"src/main.rs\" caption=\"Using `a<T>` & [b](#end)\">\n\n\
                ```rust,ignore\nfn a() {}\n```\n\n</Listing>\n\n\
                > <Listing file-name=\"x.rs\">\n>\n> <!-- no -->\n>\n> ```rust\n> # hidden\n> b\n> ```\n>\n\
                > </Listing>\n\n\
                <span class=\"filename\">Filename: Cargo.toml</span>\n\n```toml\n[a]\n```\n\n\
                <span class=\"caption\">Listing 3-2: A\ntable</span>\n\n\
                <img src=\"p.png\" class=\"center\" />\n\n<span class=\"caption\">Figure 1: A `p`</span>\n\n## End\n";
    assert_eq!(
        page(text),
        "<figure class=\"listing\">\n\n```rust title=\"src/main.rs\"\nfn a() {}\n```\n\n\
         <figcaption>Listing 3-1: Using <code>a&lt;T&gt;</code> &amp; <a href=\"#end\">b</a></figcaption>\n\
         </figure>\n\n\
         > ```rust title=\"x.rs\"\n> b\n> ```\n\n\
         <figure class=\"listing\">\n\n```toml title=\"Cargo.toml\"\n[a]\n```\n\n\
         <figcaption>Listing 3-2: A table</figcaption>\n</figure>\n\n\
         <figure>\n\n<img src=\"file:p.png\" class=\"center\" />\n\n\
         <figcaption>Figure 1: A <code>p</code></figcaption>\n</figure>\n\n## End\n"
    );
}

#[test]
fn comments_permissions_icons_and_unknown_directives_leave_no_sign() {
    let text = "A [link][x]<!-- ignore --> has @Perm{read}@Perm[lost]{write} <i class=\"fa fa-level-up\"></i> and\n\
                `@Perm{own}` <i>as</i> is.\n<!-- a\n\n{{#include none}} -->\n\n[x]: page.html\n";
    assert_eq!(
        page(text),
        "A [link](topic:page) has <span class=\"perm perm-read\" title=\"read permission\">R</span><span \
         class=\"perm perm-write perm-lost\" title=\"write permission lost\"><s>W</s></span> ↱ and\n\
         `@Perm{own}` <i>as</i> is.\n"
    );
}

#[test]
fn dollars_are_dollars_and_escaped_directives_are_shown() {
    assert_eq!(
        page("It costs $5 and $6, `$x`.\n"),
        "It costs \\$5 and \\$6, `$x`.\n"
    );
    assert_eq!(page("Write \\{{#include x}}:\n"), "Write {{#include x}}:\n");
    assert_eq!(page("Write `{{#include}}`:\n"), "Write `{{#include}}`:\n");
    assert_eq!(page("```hbs\n{{#if a}}\n```\n"), "```hbs\n{{#if a}}\n```\n");
}

#[test]
fn what_mdbook_itself_adds_to_html() {
    let text = "An eye (<i class=\"fa fa-eye\"></i>).\n\n<div class=\"hidden\">\n\nNot *shown* <div>x</div>\n\n</div>\n\n\
                <div class=\"warning\">\n\nMind the [page](page.md).\n\n</div>\n\n<div>kept</div>\n";
    assert_eq!(
        page(text),
        "An eye (👁).\n\n<aside class=\"callout warning\"><p class=\"callout-title\">Warning</p>\n\n\
         Mind the [page](topic:page).\n\n</aside>\n\n<div>kept</div>\n"
    );
}

#[test]
fn fences_in_fences_keep_their_blank_lines() {
    let text = "Use ```` ``` ```` here.\n\n~~~markdown\n```rust\n\n\n# a\n```\n~~~\n";
    assert_eq!(
        page(text),
        "Use ```` ``` ```` here.\n\n````markdown\n```rust\n\n\n# a\n```\n````\n"
    );
}

#[test]
fn links_inside_of_links_and_of_emphasis_keep_their_words() {
    let text = "*See [the **`a`** page](page.md \"T\")* and [![pic](p.png)](page.html), <https://a.example>\n";
    let rewritten = "*See [the **`a`** page](topic:page \"T\")* and [![pic](file:p.png)](topic:page), \
                     <https://a.example>\n";
    assert_eq!(page(text), rewritten);
}

#[test]
fn a_listing_that_is_never_closed_ends_with_its_code() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "> <Listing number=\"1\" file-name=\"x.rs\" caption=\"One\">\n>\n> ```rust\n> a\n> ```\n\nBetween\n\n\
             <Listing number=\"2\">\n\n```rust\nb\n```\n\n</Listing>\n\n<Listing caption=\"No `code`\">\n\nAfter\n\n\
             <Listing file-name=\"y.rs\">\n\n```rust\nc\n```\n\n</Listing>\n",
        ),
    ]);
    assert_eq!(
        body(&read.draft.modules[0].topics[0]),
        "> <figure class=\"listing\">\n>\n> ```rust title=\"x.rs\"\n> a\n> ```\n>\n\
         > <figcaption>Listing 1: One</figcaption>\n> </figure>\n\nBetween\n\n\
         <figure class=\"listing\">\n\n```rust\nb\n```\n\n<figcaption>Listing 2</figcaption>\n</figure>\n\n\
         No <code>code</code>\n\nAfter\n\n```rust title=\"y.rs\"\nc\n```\n"
    );
    assert_eq!(
        said(&read.warnings),
        [
            "src/a.md:1: this <Listing> is never closed; it was ended behind its code",
            "src/a.md:17: this <Listing> is never closed and has no code; its caption was kept",
        ]
    );
}

#[test]
fn what_is_for_other_tools_is_not_for_learners() {
    let read = book(&[
        ("src/SUMMARY.md", "- [A](a.md)\n"),
        (
            "src/a.md",
            "---\nminutes: 5\n---\n\n# A\n\nText {{% session }} {{%outline x}}and {{#magic}}.\n\n\
             <img src=\"gone.png\" alt=\"a &lt; b\"> and <img src=\"gone.svg\">.\n",
        ),
    ]);
    assert_eq!(
        body(&read.draft.modules[0].topics[0]),
        "Text {{% session }} and .\n\na &lt; b and .\n"
    );
    assert_eq!(
        said(&read.warnings),
        [
            "src/a.md:9: the image 'gone.png' does not exist",
            "src/a.md:9: the image 'gone.svg' does not exist",
            "src/a.md:7: '{{%outline}}' is not known here and was left out",
            "src/a.md:7: '{{#magic}}' is not known here and was left out",
        ]
    );
}

#[test]
fn formulas_of_mathjax() {
    let formulas = |text: &str| {
        let read = book(&[
            ("book.toml", "[output.html]\nmathjax-support = true\n"),
            ("src/SUMMARY.md", "- [A](a.md)\n"),
            ("src/a.md", text),
        ]);
        body(&read.draft.modules[0].topics[0]).to_owned()
    };
    for (written, read) in [
        (
            "\\\\( x\\_1 \\\\\\\\ y \\\\{a\\\\} \\\\) and",
            "$x_1 \\\\ y \\{a\\}$ and",
        ),
        ("So \\(x_1 * y_1 \\{a\\}\\) is", "So $x_1 * y_1 \\{a\\}$ is"),
        ("\\\\[\nx [1](a.md)\n\\\\]", "$$\nx [1](a.md)\n$$"),
        ("> \\[\n> x\n> \\]", "> $$\n> x\n> $$"),
        ("\\[ x \\].", "$$x$$."),
        ("$$ x $$", "$$ x $$"),
        // Escaped brackets of ordinary text stay.
        (
            "f\\(x\\), see \\[1\\] and [a]\\(b\\)",
            "f\\(x\\), see \\[1\\] and [a]\\(b\\)",
        ),
        ("`\\(x\\)` \\(", "`\\(x\\)` \\("),
        ("\\( a\n\nb \\)", "\\( a\n\nb \\)"),
    ] {
        assert_eq!(formulas(&format!("{written}\n")), format!("{read}\n"));
    }
    assert_eq!(page("So \\(x\\) is\n"), "So \\(x\\) is\n");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    /// Reading ends with a course or with errors for any unfinished markup.
    #[test]
    fn any_page_is_read_without_panic(pieces in proptest::collection::vec(0..PIECES.len(), 0..24)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let maths = "[output.html]\nmathjax-support = true\n";
        let _ = try_book(&[("book.toml", maths), ("src/SUMMARY.md", "- [A](a.md)\n"), ("src/a.md", &text), ("src/q.toml", QUIZ)]);
    }
}

const PIECES: [&str; 40] = [
    "---\nx: é\n---\n",
    "{{%é}}",
    "\\\\(é",
    "\\\\)",
    "\\[é",
    "\\]",
    "{{#include a.md}}",
    "{{#quiz q.toml}}",
    "\\{{#x}}",
    "{{#",
    "}}",
    "<Listing caption=\"é `[\">",
    "</Listing>",
    "<!--",
    "-->",
    "```rust\n",
    "```aquascope,interpreter\n",
    "```admonish bug\n",
    "`[é]`",
    "#fn main() { f(`[]`\n",
    "```\n",
    "> ",
    "- ",
    "\n\n",
    "\n",
    "# Ünï {#x .y}",
    "\n===\n",
    "[é][",
    "]",
    "(a.md#é%",
    "![",
    "](x \"t\")",
    "[r]: a.md\n",
    "@Perm[lost]{own}",
    "<div class=\"hidden\">",
    "</div>",
    "<span class=\"caption\">é",
    "</span>",
    "$",
    "> *Note*: é ",
];
