use super::*;

fn heading(level: u8, id: &str, text: &str) -> Heading {
    Heading {
        level,
        id: id.to_owned(),
        text: text.to_owned(),
    }
}

fn ids(source: &str) -> Vec<String> {
    let headings = render(source, &|_, _| None).headings;
    headings.into_iter().map(|heading| heading.id).collect()
}

#[test]
fn a_heading_has_an_id_and_an_anchor_and_is_in_the_outline() {
    let rendered = render("## What Is *Ownership*?", &|_, _| None);
    assert_eq!(
        rendered.html.trim(),
        "<h2 id=\"what-is-ownership\">What Is <em>Ownership</em>?<a class=\"anchor\" href=\"#what-is-ownership\" \
         aria-label=\"Link to this section\">#</a></h2>"
    );
    assert_eq!(
        rendered.headings,
        [heading(2, "what-is-ownership", "What Is Ownership?")]
    );
}

#[test]
fn heading_ids_are_those_that_mdbook_links_to() {
    assert_eq!(
        ids("# `Vec<T>` & the `impl Trait` Syntax"),
        ["vect--the-impl-trait-syntax"]
    );
    assert_eq!(
        ids("# Rust's `match`: it's _exhaustive_"),
        ["rusts-match-its-exhaustive"]
    );
    assert_eq!(
        ids("# C-like snake_case Überblick"),
        ["c-like-snake_case-überblick"]
    );
}

#[test]
fn heading_ids_are_unique_and_never_the_applications() {
    assert_eq!(ids("# A\n# A\n# A 1\n# A"), ["a", "a-1", "a-1-1", "a-2"]);
    assert_eq!(ids("# !\n# ?"), ["section", "section-1"]);
    assert_eq!(ids("# Ly main"), ["section-ly-main"]);
}

#[test]
fn a_heading_can_name_its_id() {
    let rendered = render("## Where `we` are {#Here}", &|_, _| None);
    assert_eq!(rendered.headings, [heading(2, "here", "Where we are")]);
    assert!(!rendered.html.contains('{'));
    assert_eq!(ids("# Braces {of} a {# kind}"), ["braces-of-a--kind"]);
}

#[test]
fn an_id_is_given_once_and_to_the_heading_first() {
    let page = html("<a id=\"one\"></a><a id=\"two\"></a><b id=\"two\">x</b>\n\n# One");
    assert_eq!(page.matches("id=\"one\"").count(), 1);
    assert!(page.contains("<h1 id=\"one\">"));
    assert!(page.contains("<a id=\"two\"></a><b>x</b>"));
}

#[test]
fn alerts_become_callouts() {
    assert_eq!(
        html("> [!WARNING]\n> Mind the *gap*."),
        "<aside class=\"callout warning\"><p class=\"callout-title\">Warning</p>\n\
         <p>Mind the <em>gap</em>.</p>\n</aside>\n"
    );
    let titled = html("> [!TIP] Try <b>it</b>\n> Now.");
    assert!(titled.contains("<p class=\"callout-title\">Try &lt;b&gt;it&lt;/b&gt;</p>"));
}

#[test]
fn an_empty_header_is_a_cell() {
    let page = html("| | a |\n|---:|---|\n| b | |");
    assert!(
        page.contains("<td align=\"right\"></td>\n<th>a</th>"),
        "{page}"
    );
    assert_eq!(page.matches("</th>").count(), 1);
}

#[test]
fn tables_scroll_on_their_own() {
    let page = html("| a | b |\n|---|--:|\n| 1 | 2 |");
    assert!(page.starts_with("<div class=\"table\" tabindex=\"0\"><table>"));
    assert!(page.trim_end().ends_with("</table></div>"));
    assert!(page.contains("<td align=\"right\">2</td>"));
}

#[test]
fn links_and_images_go_through_the_resolver_as_written() {
    let resolve = |target: &str, kind| match (target, kind) {
        ("ch 02.md#über", TargetKind::Link) => Some("/learn/b/ch02#über".to_owned()),
        ("img/a.png", TargetKind::Image) => Some("/files/course/b/img/a.png".to_owned()),
        _ => None,
    };
    let source = "[x](<ch 02.md#über> \"T\") ![a *b*](img/a.png)\n\n<img src=\"img/a.png\">\n\n[y](other.md)";
    let page = render(source, &resolve).html;
    assert!(page.contains("<a href=\"/learn/b/ch02#über\" title=\"T\">x</a>"));
    let image =
        "<img src=\"/files/course/b/img/a.png\" alt=\"a b\" loading=\"lazy\" decoding=\"async\">";
    assert!(page.contains(image), "{page}");
    assert_eq!(page.matches("/files/course/b/img/a.png").count(), 2);
    assert!(page.contains("<a href=\"other.md\">y</a>"));
}

#[test]
fn a_resolver_cannot_bring_in_a_script() {
    let rendered = render("[x](a)", &|_, _| Some("javascript:alert(1)".to_owned()));
    assert_eq!(rendered.html.trim(), "<p><a>x</a></p>");
    assert_eq!(rendered.removed, ["javascript:"]);
}

#[test]
fn only_links_that_leave_are_marked() {
    let marked = "rel=\"noopener nofollow\"";
    for target in [
        "https://a.example",
        "HTTP://a.example",
        "//a.example",
        "<https:a.example>",
    ] {
        assert!(html(&format!("[x]({target})")).contains(marked), "{target}");
    }
    for target in [
        "/a",
        "a:b/../c#d",
        "#e",
        "mailto:a@b.example",
        "?q=http://a.example",
        "a//b",
    ] {
        assert!(
            !html(&format!("[x]({target})")).contains(marked),
            "{target}"
        );
    }
    assert!(html("see https://a.example now").contains(marked));
    assert!(!html("<a href='/x' rel='opener' target='_top'>x</a>").contains("opener"));
    assert!(html("[x](</\\a.example>)").contains("href=\"/%5Ca.example\""));
}

#[test]
fn formulas_become_mathml() {
    let page = html("Euler: $e^{i\\pi} + 1 = 0$ and\n\n$$\\sum_{i=1}^n i$$");
    assert!(page.contains("<math><msup><mi>e</mi>"), "{page}");
    assert!(page.contains("<math display=\"block\" tabindex=\"0\">"));
    assert!(html("```math\n\\frac{1}{2}\n```").contains("<mfrac><mn>1</mn><mn>2</mn></mfrac>"));
}

#[test]
fn formulas_align_by_class() {
    let page = html("$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$");
    assert!(page.contains("<mtd class=\"math-right\">"), "{page}");
    assert!(page.contains("<mtd class=\"math-left\">"), "{page}");
    assert!(!page.contains(" style="));
}

#[test]
fn what_is_no_formula_is_shown_as_written() {
    assert_eq!(
        html("$\\frac{<1$").trim(),
        "<p><code class=\"math-error\">$\\frac{&lt;1$</code></p>"
    );
    assert_eq!(
        html("It costs $5 or $6.").trim(),
        "<p>It costs $5 or $6.</p>"
    );
    assert_eq!(
        html("Put\n*$HOME/.bin*. On é your `$PATH`; $a$ is no sum$ of the $parts.").trim(),
        "<p>Put\n<em>$HOME/.bin</em>. On é your <code>$PATH</code>; <math><mi>a</mi></math> is no sum$ of the $parts.</p>"
    );
    assert!(html("> - from $DIR copy all the files$").contains("from $DIR copy all the files$"));
    assert!(html("$x \\text{ for all of them}$").contains("<math>"));
    let long = html(&format!("${}x$", "\\sqrt".repeat(5000)));
    assert!(long.contains("math-error"));
}

#[test]
fn footnotes_link_both_ways() {
    let page = html("A[^n].\n\n[^n]: Note.");
    assert!(
        page.contains("<sup class=\"footnote-ref\"><a href=\"#fn-n\" id=\"fnref-n\">1</a></sup>")
    );
    assert!(page.contains("<section class=\"footnotes\">"));
    assert!(page.contains("<li id=\"fn-n\">"));
    assert!(page.contains("href=\"#fnref-n\" class=\"footnote-backref\""));
}

#[test]
fn task_lists_are_read_only_and_named() {
    let page = html("- [x] a\n- [ ] b");
    assert_eq!(page.matches("type=\"checkbox\"").count(), 2);
    assert_eq!(page.matches("disabled=\"\"").count(), 2);
    assert!(page.contains("aria-label=\"Done\"") && page.contains("aria-label=\"Not done\""));
    assert!(!html("<input type=text name=q value=v>").contains("text"));
}

#[test]
fn a_questions_place_survives() {
    let page = html("a\n\n<div data-question=\"ch04-q1\"></div>\n\nb");
    assert!(
        page.contains("<div data-question=\"ch04-q1\"></div>"),
        "{page}"
    );
}

#[test]
fn html_that_courses_are_made_of_survives() {
    for kept in [
        "<figure class=\"listing\"><p>x</p><figcaption>Listing 4-1: <code>a</code></figcaption></figure>",
        "<p><span class=\"perm perm-read\" title=\"read permission\">R</span></p>",
        "<p><span class=\"caption\">Figure 1</span></p>",
        "<p>Press <kbd>Ctrl</kbd>, H<sub>2</sub>O, x<sup>2</sup></p>",
        "<details open=\"\"><summary>More</summary><p>x</p></details>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<section class=\"practice\" data-question=\"q\"></section>",
    ] {
        assert_eq!(html(kept).trim(), kept);
    }
}

#[test]
fn markdown_within_html_blocks_is_rendered() {
    let page = html(
        "<figure class=\"listing\">\n\n```rust\nfn a() {}\n```\n\n<figcaption>L</figcaption>\n</figure>\n\n*x*",
    );
    assert!(
        page.starts_with("<figure class=\"listing\">\n<figure class=\"code\""),
        "{page}"
    );
    assert!(
        page.contains("<figcaption>L</figcaption>\n</figure>\n<p><em>x</em></p>"),
        "{page}"
    );
}

#[test]
fn unclosed_html_ends_where_it_must() {
    assert_eq!(html("<div><b>x").trim(), "<div><b>x\n</b></div>");
    assert_eq!(html("</section></div>a").trim(), "a");
    assert_eq!(html("<a id=\"x\"/>a").trim(), "<p><a id=\"x\"></a>a</p>");
    assert!(html("> </blockquote> a\n\nb").contains("</blockquote>"));
    let nested = html("<table><tr><td>a<td>b<tr><td>c</table>d");
    assert!(
        nested.contains("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>"),
        "{nested}"
    );
}

#[test]
fn a_script_that_never_ends_does_not_hide_the_page() {
    let rendered = render("Use the <script> element.\n\nMore.", &|_, _| None);
    assert!(rendered.html.contains("element."));
    assert!(!rendered.html.contains("<script"));
    assert!(rendered.text.contains("More."));
}

#[test]
fn what_was_taken_out_is_told() {
    let rendered = render(
        "<iframe src=x></iframe><b onclick=a()>x</b><b onclick=b()>y</b> <script>1</script>\n\n[z](data:text/html,x)",
        &|_, _| None,
    );
    assert_eq!(
        rendered.removed,
        ["<iframe>", "onclick", "<script>", "data:"]
    );
    assert!(
        render("# Fine\n\n<b>x</b> `<script>`", &|_, _| None)
            .removed
            .is_empty()
    );
}

#[test]
fn text_is_what_a_reader_reads() {
    let source = "# A *b*\n\nOne\ntwo `three`[^n].\n\n- x\n- y\n\n![alt text](i.png)\n\n```rust,panics title=\"a.rs\" \
                  labels=\"1=L1\"\nfn main() {}\n```\n\n<div>raw &amp; <i>HTML</i></div><script>no()</script>\n\n\
                  | c | d |\n|---|---|\n| e | f |\n\n[^n]: Foot.";
    assert_eq!(
        render(source, &|_, _| None).text,
        "A b\nOne two three.\nx\ny\nalt text\na.rs\nfn main() {}\nraw & HTML\nc\nd\ne\nf\nFoot."
    );
}

#[test]
fn words_count_code_at_half() {
    let words = |source: &str| render(source, &|_, _| None).words;
    assert_eq!(words("One two, three - four's **f**ive."), 5);
    assert_eq!(words("one `two`\n\n```\na b\nc d\n```"), 4);
    assert_eq!(words(""), 0);
}

#[test]
fn inline_text_has_no_paragraph() {
    assert_eq!(
        render_inline("Use `&str` & *go*"),
        "Use <code>&amp;str</code> &amp; <em>go</em>"
    );
    assert_eq!(render_inline(""), "");
    assert_eq!(render_inline("a\n\nb"), "<p>a</p>\n<p>b</p>\n");
    assert!(render_inline("- a").starts_with("<ul>"));
    assert!(!render_inline("a</p><p>b <script>x</script>").contains("<script"));
}

#[test]
fn punctuation_is_left_as_written() {
    assert_eq!(html("\"a\" -- 'b'...").trim(), "<p>\"a\" -- 'b'...</p>");
}

#[test]
fn the_words_of_a_page_are_those_that_are_read() {
    let html = render(
        "Is `x < 1`, or *not*?\n\n- one & two\n- three\n",
        &|_, _| None,
    )
    .html;
    assert_eq!(words(&html), "Is x < 1, or not? one & two three");
    assert_eq!(words("broken <b"), "broken");
}
