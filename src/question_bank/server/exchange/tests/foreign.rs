//! Files of other systems, each with a kind of text that was once misread.

use super::moodle::quiz;
use super::*;
use crate::course::server::draft::QuestionPurpose;
use crate::question_bank::server::exchange::write_gift;

fn gift(text: &str) -> Imported {
    read_text("a.gift", text)
}

/// Returns all questions and asserts that nothing was left out.
fn whole(text: &str) -> Vec<(String, AnswerDraft)> {
    let imported = gift(text);
    assert_eq!(imported.left_out, [], "{text}");
    let questions = imported.questions.into_iter();
    questions
        .map(|question| (question.prompt, question.answer))
        .collect()
}

#[test]
fn what_only_looks_like_a_tag_is_text() {
    let prompts = [
        (
            r"What does fn show<T\: Debug>(x\: T) demand of T?",
            r"What does fn show\<T: Debug>(x: T) demand of T?",
        ),
        (
            r"What does fn first<A, B>(p\: (A, B)) -> A return?",
            r"What does fn first\<A, B>(p: (A, B)) -> A return?",
        ),
        (
            "Is it struct Buf<const N: usize>?",
            r"Is it struct Buf\<const N: usize>?",
        ),
        (
            "Which of these <style> rules is it?",
            r"Which of these \<style> rules is it?",
        ),
        (
            "What belongs in the <head> part?",
            r"What belongs in the \<head> part?",
        ),
        (
            "Is it between <script> and </script>?",
            r"Is it between \<script> and \</script>?",
        ),
        (
            "Is it between <b> and </b>?",
            r"Is it between \<b> and \</b>?",
        ),
        (
            "What is the <p> element for?",
            r"What is the \<p> element for?",
        ),
        (
            "Does the <br> tag break lines?",
            r"Does the \<br> tag break lines?",
        ),
        (
            "Is Vec<B> or Iter<I> or HashMap<S, P> it?",
            r"Is Vec\<B> or Iter\<I> or HashMap\<S, P> it?",
        ),
        ("Is fn f<P>(p: P) it?", r"Is fn f\<P>(p: P) it?"),
        (
            "#include <map> or <vector>?",
            r"#include \<map> or \<vector>?",
        ),
        ("Is List<a:b> or <o:p it?", r"Is List\<a:b> or \<o:p it?"),
        ("Does <!-- this --> count?", r"Does \<!-- this --> count?"),
        ("Is <!-- this open?", r"Is \<!-- this open?"),
        ("Is if a <b and c> d right?", r"Is if a \<b and c> d right?"),
        ("Is <a b=\"c>d?", r#"Is \<a b="c>d?"#),
        (
            "Is it <b>bold</b>, <i>so</i>?<br>Yes?",
            "Is it **bold**, *so*?\\\nYes?",
        ),
        ("<p>Is it?</p><p>Or not?", "Is it?\n\nOr not?"),
        ("H<SUB>2</SUB>O?", "H<sub>2</sub>O?"),
        ("Is it <span class=\"x\">so</span>?", "Is it so?"),
    ];
    for (source, expected) in prompts {
        let text = source
            .replace(':', "\\:")
            .replace("\\\\:", "\\:")
            .replace('#', "\\#");
        let text = text.replace('=', "\\=");
        assert_eq!(whole(&format!("{text}{{T}}"))[0].0, expected, "{source}");
    }
    let options = whole("Which?{=<title> ~<body> ~<br> ~<p> ~Option<u32> ~</td> ~<p>a</p>}");
    let expected = [
        ("\\<title>", true),
        ("\\<body>", false),
        ("\\<br>", false),
        ("\\<p>", false),
        ("Option\\<u32>", false),
        ("\\</td>", false),
        ("a", false),
    ];
    assert_eq!(options[0].1, single(&expected));
    let options = whole("[html]Which?{=<br> ~<hr> ~<td> ~<!-- a --> b}");
    let expected = [
        ("\\<br>", true),
        ("\\<hr>", false),
        ("\\<td>", false),
        ("b", false),
    ];
    assert_eq!(options[0].1, single(&expected));
    // The whole text of an editor's page is markup.
    let page = "[html]<html><head><title>x</title></head><body><p>Is it?</p></body></html>{T}";
    assert!(whole(page)[0].0.contains("Is it?") && !whole(page)[0].0.contains('<'));
}

#[test]
fn programs_keep_their_lines() {
    let code = "fn main() {\n    for i in 0..2 {\n        print!(\"{i}\"); // so\n    }\n\n    // = ~ #\n}";
    let escaped = code.replace('{', "\\{").replace('}', "\\}");
    for code_in_file in [code, escaped.as_str()] {
        let fenced = format!("What?\n\n```rust\n{code}\n```");
        for (start, end, expected) in [
            (
                "[html]What? <pre>",
                "</pre>",
                format!("What?\n\n```\n{code}\n```"),
            ),
            (
                "[html]What?\n<pre><code class\\=\"language-rust\">",
                "</code></pre>",
                fenced.clone(),
            ),
            ("[markdown]What?\n\n```rust\n", "\n```\n", fenced.clone()),
            ("What?\n```rust\n", "\n```", fenced.clone()),
        ] {
            let text = format!("::a::{start}{code_in_file}{end} {{=01 ~12}}\n\n::b::Next?{{T}}");
            let found = whole(&text);
            assert_eq!(found.len(), 2, "{text}");
            assert_eq!(found[0].0, expected, "{text}");
            assert_eq!(found[0].1, single(&[("01", true), ("12", false)]));
        }
    }
    let nested = whole("[markdown]What?\n- one\n    - two\n- three\n{T}");
    assert_eq!(nested[0].0, "What?\n- one\n    - two\n- three");
    let broken = whole("[html]What is <code>let a \\= 1;<br>&nbsp;&nbsp;a + 1</code>?{T}");
    assert_eq!(broken[0].0, "What is\n\n```\nlet a = 1;\n  a + 1\n```\n\n?");
    let lines = whole("What?<br>for i\\:<br>\n&nbsp;&nbsp;f(i)&nbsp;&nbsp; x<br> &nbsp;y{T}");
    assert_eq!(lines[0].0, "What?\\\nfor i:\\\n\\\n\u{a0}\u{a0}f(i) x\\\ny");
    let plain = whole("[plain]What?\n  a_b\n{T}");
    assert_eq!(plain[0].0, "What?\\\n\u{a0}\u{a0}a_b");
    // An unclosed program hides nothing that follows.
    let open =
        gift("::a::[html]What is <pre>?{T}\n\n::b::Next?{T}\n\n::c::```\nx{T}\n\n::d::Last?{T}");
    assert_eq!(open.questions.len(), 4);
}

#[test]
fn questions_without_blank_lines_between_them_are_read() {
    let found = whole(
        "::s1::A plain\nline break here {=x ~y}\n::s2::No blank line {=x ~y}\n\n  ::s3::Indented {=x ~y}\n// [id:four]\n::s4 ::Four {T}\n$CATEGORY: top\n::s5::Five\n\n{\n=a\n\n~b\n\n}\n",
    );
    let prompts: Vec<&str> = found.iter().map(|(prompt, _)| prompt.as_str()).collect();
    let expected = [
        "A plain\\\nline break here",
        "No blank line",
        "Indented",
        "Four",
        "Five",
    ];
    assert_eq!(prompts, expected);
    assert_eq!(found[4].1, single(&[("a", true), ("b", false)]));
    let keys: Vec<String> = (gift("::a::A{T}\n// [id:b-key]\n::b::B{T}")
        .questions
        .into_iter())
    .map(|question| question.key)
    .collect();
    assert_eq!(keys, ["a", "b-key"]);
    let braces = whole("What does println!(\"{}\", x) print?{=1 ~2}");
    assert_eq!(braces[0].0, "What does println!(\"{}\", x) print?");
    let two = gift("$CATEGORY: a\n\nA{T}\n\n$CATEGORY: b\n\nB{T}");
    assert_eq!(left_out(&two)[0].0, "The 2 categories of the file");
}

#[test]
fn numbers_are_read_as_people_write_them() {
    let read = |answers: &str| whole(&format!("How much?{{#{answers}}}"))[0].1.clone();
    for (answers, accepted, tolerance) in [
        ("1,57\\:0,01", "1.57", 0.01),
        ("1,57:0,01", "1.57", 0.01),
        ("3,142:0,001", "3.142", 0.001),
        ("\u{2212}5", "-5", 0.0),
        ("1\u{202f}000\u{202f}000:1", "1000000", 1.0),
        ("6.02e23:1e21", "6.02e23", 1e21),
        ("-5..-1", "-3", 2.0),
        ("1,5..2,5", "2", 0.5),
        ("1e-3..3e-3", "0.002", 0.001),
        ("5", "5", 0.0),
    ] {
        if answers.contains("\\:") {
            continue;
        }
        assert_eq!(
            read(answers),
            short(&[accepted], Some(tolerance)),
            "{answers}"
        );
    }
    let why = |answers: &str| {
        let imported = gift(&format!("How much?{{#{answers}}}"));
        assert_eq!(imported.questions, [], "{answers}");
        imported.left_out[0].why.clone()
    };
    assert_eq!(why("1,000"), "its answer '1,000' can mean 1000 or 1.000");
    assert_eq!(why("0x10"), "its answer '0x10' is not a number");
    assert_eq!(
        why("=1:0.1 =2:0.2"),
        "its answers have different tolerances"
    );
    let partly = gift("How much?{#=3.14:0.01 =%50%3:0.5}");
    assert_eq!(partly.questions[0].answer, short(&["3.14"], Some(0.01)));
    assert!(
        partly.left_out[0]
            .item
            .contains("the part of the points for '3'")
    );
    let numerical = quiz(
        "<question type=\"numerical\"><questiontext><text>Pi?</text></questiontext><answer fraction=\"100\"><text>3,14</text><tolerance>0,01</tolerance></answer><answer fraction=\"0\"><text>*</text></answer></question>",
    );
    assert_eq!(
        one("a.xml", &numerical).answer,
        short(&["3.14"], Some(0.01))
    );
}

#[test]
fn answers_of_every_shape_have_their_meaning() {
    let first = |text: &str| whole(text)[0].clone();
    let (_, arrow) = first("Which is the head of main? {=fn main() -> i32}");
    assert_eq!(arrow, short(&["fn main() -> i32"], None));
    let (_, thirds) = first("Which? {~%33,33333%a ~%33,33333%b ~%33,33333%c ~%-100%d}");
    let options = [("a", true), ("b", true), ("c", true), ("d", false)];
    assert_eq!(thirds, choice(&options, true, true));
    let (_, weighted) = first("Which are odd? {=%50%1 =%50%3 ~%-100%2}");
    assert_eq!(
        weighted,
        choice(&[("1", true), ("3", true), ("2", false)], true, true)
    );
    let pairs = one("a.gift", "Pair {=a -> 1#yes =b -> 2\n####General.}");
    assert_eq!(pairs.answer, matching(&[("a", "1"), ("b", "2")]));
    assert_eq!(pairs.explanation.as_deref(), Some("General.\n\na: yes"));
    for head in [
        ">ALL VERTICAL ALL_OR_NOTHING SHOW 123\n",
        ">3 ALL\n",
        ">\n",
        "> ",
    ] {
        let (_, order) = first(&format!("Sort them. {{{head}one\ntwo\nthree\n}}"));
        assert_eq!(order, ordering(&["one", "two", "three"]), "{head}");
    }
    let some = gift("Sort them. {>2 RANDOM\none\ntwo\nthree\n}");
    assert_eq!(some.questions[0].answer, ordering(&["one", "two", "three"]));
    assert!(
        some.left_out[0]
            .item
            .ends_with("the choice of some of its items")
    );
}

#[test]
fn tags_say_what_a_question_is_for() {
    let question = one(
        "a.gift",
        "// [tag:difficulty-0.25] [tag:Purpose-Exam] [tag:keep-order]\nWhich?{=a ~b}",
    );
    assert_eq!(question.purpose, QuestionPurpose::Exam);
    assert_eq!(question.difficulty, Some(0.25));
    let xml = |tags: &str| {
        quiz(&format!(
            "<question type=\"truefalse\"><name><text>n</text></name><questiontext><text>So?</text></questiontext><defaultgrade>1.0000000</defaultgrade><answer fraction=\"100\"><text>true</text></answer><answer fraction=\"0\"><text>false</text></answer><tags>{tags}</tags></question>"
        ))
    };
    let question = one(
        "a.xml",
        &xml("<tag><text>difficulty-0.75</text></tag><tag><text>purpose-both</text></tag>"),
    );
    assert_eq!(question.purpose, QuestionPurpose::Both);
    assert_eq!(question.difficulty, Some(0.75));
    let other = xml("<tag><text>chapter 1</text></tag>").replace("1.0000000", "2.0000000");
    assert_eq!(
        left_out(&read_text("a.xml", &other)),
        [
            ("Question 1 'n', its tags", "questions have no tags here"),
            (
                "Question 1 'n', how many points it brings",
                "all questions count the same here"
            )
        ]
    );
}

#[test]
fn a_text_with_one_gap_is_a_question() {
    let cloze = |text: &str| {
        one(
            "a.xml",
            &quiz(&format!(
                "<question type=\"cloze\"><name><text>c</text></name><questiontext format=\"html\"><text><![CDATA[{text}]]></text></questiontext><generalfeedback format=\"html\"><text>So.</text></generalfeedback></question>"
            )),
        )
    };
    let question = cloze("<p>Two and two is {1:NUMERICAL:=4:0.5#Yes~%0%5:0.1#No}.</p>");
    assert_eq!(question.prompt, "Two and two is _____.");
    assert_eq!(question.answer, short(&["4"], Some(0.5)));
    assert_eq!(
        question.explanation.as_deref(),
        Some("So.\n\n4: Yes\n\n5: No")
    );
    let question = cloze("Steel is mostly {1:MULTICHOICE:=iron~copper~a \\} b &amp; c}.");
    let options = [("iron", true), ("copper", false), ("a } b & c", false)];
    assert_eq!(question.answer, choice(&options, false, false));
    let question = cloze("It is {:MCS:%100%a#x~b}.");
    assert_eq!(
        question.answer,
        choice(&[("a", true), ("b", false)], false, true)
    );
    let question = cloze("It is {2:SHORTANSWER:=a &lt; b~=c}.");
    assert_eq!(question.answer, short(&["a < b", "c"], None));
    let question = cloze("It is {1:MULTIRESPONSE:%50%a~%50%b~%-100%c}.");
    let options = [("a", true), ("b", true), ("c", false)];
    assert_eq!(question.answer, choice(&options, true, false));
    let question = one(
        "a.xml",
        &quiz(
            "<question type=\"gapselect\"><questiontext format=\"html\"><text>It is [[2]].</text></questiontext><shuffleanswers>1</shuffleanswers><selectoption><text>a</text><group>1</group></selectoption><selectoption><text>b</text><group>1</group></selectoption><selectoption><text>c</text><group>2</group></selectoption></question>",
        ),
    );
    assert_eq!(
        question.answer,
        choice(&[("a", false), ("b", true)], false, true)
    );
}

#[test]
fn a_formula_is_there_once_and_whole() {
    let formula = |math: &str| {
        one(
            "a.xml",
            &quiz(&format!(
                "<question type=\"truefalse\"><questiontext format=\"html\"><text><![CDATA[Is {math} so?]]></text></questiontext><answer fraction=\"100\"><text>true</text></answer><answer fraction=\"0\"><text>false</text></answer></question>"
            )),
        )
        .prompt
    };
    let annotated = "<math><semantics><mrow><mi>x</mi><mo>+</mo><mn>1</mn></mrow><annotation encoding=\"LaTeX\">x+1</annotation><annotation-xml encoding=\"MathML-Content\"><apply><plus/></apply></annotation-xml></semantics></math>";
    let plain = "Is <math><mrow><mi>x</mi><mo>&#43;</mo><mn>1</mn></mrow></math> so?";
    assert_eq!(formula(annotated), plain);
    let prefixed = annotated.replace('<', "<m:").replace("<m:/", "</m:");
    assert_eq!(formula(&prefixed), plain);
    let fenced = |attributes: &str| {
        formula(&format!(
            "<math><mi>f</mi><mfenced{attributes}><mi>x</mi><mi>y</mi></mfenced></math>"
        ))
        .replace("&#40;", "(")
        .replace("&#41;", ")")
        .replace("&#44;", ",")
        .replace("&#59;", ";")
        .replace("&#91;", "[")
    };
    let around = |inner: &str| format!("Is <math><mi>f</mi><mrow>{inner}</mrow></math> so?");
    assert_eq!(
        fenced(""),
        around("<mo>(</mo><mi>x</mi><mo>,</mo><mi>y</mi><mo>)</mo>")
    );
    assert_eq!(
        fenced(" open=\"[\" close=\"\" separators=\";\""),
        around("<mo>[</mo><mi>x</mi><mo>;</mo><mi>y</mi>")
    );
}

#[test]
fn exported_formulas_are_those_of_moodle() {
    let draft = QuestionDraft {
        key: "one".into(),
        prompt: "What is $x_1^2$ in `$x$`?\n\n$$\\frac{1}{2}$$".into(),
        explanation: Some("It is $y$.".into()),
        answer: single(&[("$a$", true), ("$b$", false)]),
        purpose: QuestionPurpose::Quiz,
        difficulty: None,
    };
    let written = write_gift(std::slice::from_ref(&draft));
    for part in [
        r"\\\\(x\\_1^2\\\\)",
        "`$x$`",
        r"=\\\\(a\\\\)",
        r"####It is \\\\(y\\\\).",
    ] {
        assert!(
            written.content.contains(part),
            "{part}: {}",
            written.content
        );
    }
    let read = read("a.gift", written.content.as_bytes()).unwrap();
    assert_eq!(read.questions, [draft]);
}

#[test]
fn files_in_any_encoding_are_read() {
    let latin = b"::w::Gr\xf6\xdfe aus K\xf6ln?\r{=ja\r~nein}\r\r::x::Zwei?{T}\r";
    let imported = read("a.gift", latin).unwrap();
    assert_eq!(imported.questions.len(), 2);
    assert_eq!(imported.questions[0].prompt, "Größe aus Köln?");
    let xml = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><quiz><question type=\"truefalse\"><questiontext><text>K\xf6ln?</text></questiontext><answer fraction=\"100\"><text>true</text></answer><answer fraction=\"0\"><text>false</text></answer></question></quiz>";
    assert_eq!(read("a.xml", xml).unwrap().questions[0].prompt, "Köln?");
}
