use super::*;

fn code(language: &str, code: &str) -> String {
    highlight(code, language).unwrap_or_else(|| panic!("{language} is not known"))
}

#[test]
fn a_block_becomes_a_figure() {
    assert_eq!(
        html("```rust title=\"src/main.rs\"\nlet x = 1;\n```").trim(),
        "<figure class=\"code\" data-lang=\"rust\"><figcaption class=\"code-bar\"><span class=\"code-lang\">Rust</span>\
         <span class=\"code-title\">src/main.rs</span></figcaption><pre tabindex=\"0\"><code class=\"language-rust\">\
         <span class=\"k\">let</span> x = <span class=\"n\">1</span>;</code></pre></figure>"
    );
}

#[test]
fn plain_text_has_no_bar() {
    let plain = "<figure class=\"code\" data-lang=\"text\"><pre tabindex=\"0\"><code class=\"language-text\">\
                 a &lt; b</code></pre></figure>";
    assert_eq!(html("```\na < b\n```").trim(), plain);
    assert_eq!(html("```text\na < b\n```").trim(), plain);
    assert_eq!(html("    a < b").trim(), plain);
    assert!(html("```text title=\"a.txt\"\nx\n```").contains("<figcaption"));
}

#[test]
fn an_unknown_language_is_shown_plain_under_its_name() {
    let page = html("```Frobnicate\n<b>\n```");
    assert!(
        page.contains("<span class=\"code-lang\">frobnicate</span>"),
        "{page}"
    );
    assert!(page.contains("<code class=\"language-frobnicate\">&lt;b&gt;</code>"));
    assert_eq!(highlight("x", "frobnicate"), None);
    assert_eq!(highlight("x", "text"), None);
    assert!(html("```<b>\"'\nx\n```").contains("data-lang=\"text\""));
}

#[test]
fn flags_say_what_the_program_does() {
    let page = html("```rust,ignore,does_not_compile,edition2021,noplayground\nx\n```");
    assert_eq!(page.matches("code-flag").count(), 1);
    assert!(page.contains("<span class=\"code-flag\">Does not compile</span>"));
    assert_eq!(
        html("```rust,should_panic,panics\nx\n```")
            .matches(">Panics<")
            .count(),
        1
    );
    assert!(html("```rust,not_desired_behavior\nx\n```").contains(">Not the desired behavior<"));
    assert!(!html("```rust,should_panic_not\nx\n```").contains("code-flag"));
}

#[test]
fn labels_stand_at_the_ends_of_their_lines() {
    let page = html("```rust labels=\"1=L1, 3=<L2>\"\n/* a\nb\nc */\n```");
    assert!(
        page.contains(
            "<span class=\"c\">/* a</span><span class=\"code-label\">L1</span>\n<span class=\"c\">b\nc */</span>\
             <span class=\"code-label\">&lt;L2&gt;</span></code>"
        ) || page.contains(
            "<span class=\"c\">/* a</span><span class=\"code-label\">L1</span><span class=\"c\">\nb\nc */</span>\
             <span class=\"code-label\">&lt;L2&gt;</span></code>"
        ),
        "{page}"
    );
}

#[test]
fn attributes_may_come_in_braces() {
    let page = html("```{.rust title='a, b.rs'}\nx\n```");
    assert!(
        page.contains("data-lang=\"rust\"") && page.contains(">a, b.rs<"),
        "{page}"
    );
}

#[test]
fn every_named_language_has_its_grammar() {
    let samples = [
        (
            "rust",
            "fn main() {}",
            "<span class=\"k\">fn</span> <span class=\"f\">main</span>",
        ),
        (
            "toml",
            "a = \"b\" # c",
            "<span class=\"s\">\"b\"</span> <span class=\"c\"># c</span>",
        ),
        ("bash", "if true; then", "<span class=\"k\">if</span>"),
        ("cmd", "rem hi", "<span class=\"c\"> hi</span>"),
        (
            "python",
            "def f(): pass",
            "<span class=\"k\">def</span> <span class=\"f\">f</span>",
        ),
        ("html", "<p id=\"a\">", "<span class=\"s\">\"a\"</span>"),
        ("css", "a { top: 1px }", "<span class=\"n\">1px</span>"),
        ("js", "const a = 'b'", "<span class=\"s\">'b'</span>"),
        (
            "ts",
            "const a: string = 1",
            "<span class=\"t\">string</span>",
        ),
        (
            "json",
            "{\"a\": 1}",
            "<span class=\"m\">\"a\"</span>: <span class=\"n\">1</span>",
        ),
        (
            "sql",
            "select 'a' as b, count(*)",
            "<span class=\"k\">select</span> <span class=\"s\">'a'</span> <span class=\"k\">as</span> b, \
             <span class=\"f\">count</span>(*)",
        ),
        ("yaml", "a: \"b\"", "<span class=\"s\">\"b\"</span>"),
        ("c", "int x;", "<span class=\"t\">int</span>"),
        ("cpp", "int x;", "<span class=\"t\">int</span>"),
        ("c#", "int x;", "<span class=\"t\">int</span>"),
        ("x86asm", "mov edi, 1", "<span class=\"k\">mov</span>"),
        ("markdown", "# a", "<span class=\"t\">"),
        ("make", "a: b", "<span"),
        ("docker", "FROM a", "<span class=\"k\">FROM</span>"),
        ("go", "func f() {}", "<span class=\"f\">f</span>"),
        ("diff", "-a\n+b", "<del>-a</del>\n<ins>+b</ins>"),
        (
            "powershell",
            "if ($a) { 'b' }",
            "<span class=\"k\">if</span> (<span class=\"t\">$a</span>)",
        ),
    ];
    for (language, source, expected) in samples {
        let highlighted = code(language, source);
        assert!(highlighted.contains(expected), "{language}: {highlighted}");
    }
}

#[test]
fn rust_is_colored_by_meaning() {
    assert_eq!(
        code(
            "rust",
            "#[derive(Debug)]\npub struct P<'a> { x: Option<u8> } // it's\n// so"
        ),
        "<span class=\"m\">#[derive(Debug)]</span>\n<span class=\"k\">pub struct</span> <span class=\"t\">P</span>\
         &lt;<span class=\"k\">'a</span>&gt; { x: <span class=\"t\">Option</span>&lt;<span class=\"t\">u8</span>&gt; } \
         <span class=\"c\">// it's\n// so</span>"
    );
}

#[test]
fn sessions_set_off_prompt_and_command() {
    assert_eq!(
        code(
            "console",
            "$ cargo run \\\n    --release\n   Compiling <x>\n$\n"
        ),
        "<span class=\"p\">$ </span><span class=\"o\">cargo run \\\n    --release</span>\n   Compiling &lt;x&gt;\n\
         <span class=\"p\">$</span>\n"
    );
    for prompt in ["me@host:~$ ", "PS C:\\Users> ", "C:\\Users> ", "> "] {
        let highlighted = code("console", &format!("{prompt}dir\nout"));
        let expected = format!(
            "<span class=\"p\">{}</span><span class=\"o\">dir</span>\nout",
            escape(prompt)
        );
        assert_eq!(highlighted, expected);
    }
    assert_eq!(
        code("console", "error: a -> b\n --> c"),
        "error: a -&gt; b\n --&gt; c"
    );
}

#[test]
fn shell_scripts_are_scripts_unless_they_have_prompts() {
    assert_eq!(
        code("sh", "$ ls"),
        "<span class=\"p\">$ </span><span class=\"o\">ls</span>"
    );
    assert!(code("sh", "for f in *; do # x\ndone").contains("<span class=\"c\"># x</span>"));
}

#[test]
fn powershell_scripts_are_read_without_a_grammar() {
    assert_eq!(
        code(
            "powershell",
            "<# a\n#> Get-Item -Path \"$x `\" \" # b\n$env:A = 'it''s'"
        ),
        "<span class=\"c\">&lt;# a\n#&gt;</span> <span class=\"f\">Get-Item</span> -Path <span class=\"s\">\"$x `\" \"</span> \
         <span class=\"c\"># b</span>\n<span class=\"t\">$env:A</span> = <span class=\"s\">'it''s'</span>"
    );
    for cut in ["<#", "\"a`", "'", "@\"\nx", "$", "é-ü"] {
        assert!(highlight(cut, "powershell").is_some());
    }
}

#[test]
fn code_keeps_its_text_whatever_the_language() {
    let source = "  a <b> \"c\n\n\t'd' /* e &amp; `f` $g {h} #i\n\u{1f980}é\r\n> j\n$ k";
    for language in [
        "rust",
        "python",
        "html",
        "yaml",
        "powershell",
        "console",
        "diff",
        "markdown",
        "text",
        "?",
    ] {
        let page = render(&format!("````{language}\n{source}\n````"), &|_, _| None);
        let expected = source.replace("\r\n", "\n");
        let shown = page.text.replace("\r\n", "\n");
        assert!(shown.ends_with(expected.trim()), "{language}: {shown:?}");
    }
}

#[test]
fn data_is_not_highlighted() {
    let long_line = format!("let x = {};", "1,".repeat(2000));
    assert!(!code("rust", &long_line).contains("<span"));
    assert!(!code("rust", &"let x = 1;\n".repeat(10_000)).contains("<span"));
}
