//! Broken, huge and malicious files are refused with a sentence and never cause a panic.

use proptest::prelude::*;

use super::qti::{choice_item, zipped};
use super::*;
use crate::question_bank::server::exchange::markup::html;
use crate::question_bank::server::exchange::{MAX_BYTES, MAX_QUESTIONS};

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(refusal("a.txt", b""), "The file is empty.");
    assert_eq!(refusal("a.txt", b"\xef\xbb\xbf \n"), "The file is empty.");
    assert_eq!(
        refusal("a.txt", b"\xcc\xee\xf1\xea\xe2\xe0{T}"),
        "The file's encoding is neither UTF-8 nor one of Western languages. Save the file as UTF-8."
    );
    assert_eq!(
        refusal("a.txt", b"a text without questions"),
        "No questions were found in the file, which was read as GIFT."
    );
    assert_eq!(refusal("a.txt", b"a\0b{T}"), "The file is not a text file.");
    let large = vec![b'a'; MAX_BYTES + 1];
    assert_eq!(
        refusal("a.txt", &large),
        "The file is larger than 5 MB. Split it, or export it without its pictures."
    );
    assert_eq!(
        refusal("a.txt", b"// only a comment\n"),
        "No questions were found in the file, which was read as GIFT."
    );
    let many = "a{T}\n\n".repeat(MAX_QUESTIONS + 1);
    assert_eq!(
        refusal("a.txt", many.as_bytes()),
        "The file holds more than 2000 questions. Split it."
    );
}

#[test]
fn xml_that_could_grow_is_refused() {
    let bomb = r#"<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>
<quiz><question type="essay"><name><text>&lol2;</text></name></question></quiz>"#;
    assert_eq!(
        refusal("a.xml", bomb.as_bytes()),
        "The file declares a document type (<!DOCTYPE …>), which is not accepted. Take that line out."
    );
    let external = "<quiz><question><name><text>&xxe;</text></name></question></quiz>";
    let why = refusal("a.xml", external.as_bytes());
    assert!(
        why.starts_with("The file is not well-formed XML, line 1: "),
        "{why}"
    );
    let deep = "<quiz>".repeat(100);
    assert_eq!(
        refusal("a.xml", deep.as_bytes()),
        "The file is nested deeper than 64 elements."
    );
    let wide = format!("<quiz>{}</quiz>", "<a/>".repeat(200_001));
    assert_eq!(
        refusal("a.xml", wide.as_bytes()),
        "The file has more than 200000 elements."
    );
    let attributes: String = (0..100).map(|n| format!(" a{n}=\"\"")).collect();
    let why = refusal("a.xml", format!("<quiz{attributes}/>").as_bytes());
    assert!(why.contains("more than 64 attributes"), "{why}");
}

#[test]
fn broken_xml_is_refused_with_its_line() {
    for text in [
        "<quiz>\n<question>",
        "<quiz>\n</question>",
        "<quiz>\n<question a=b></question></quiz>",
        "<quiz>\n&#0;</quiz>",
        "<quiz>\n&</quiz>",
        "<quiz>\n</quiz> more",
        "<quiz/>\n<",
        "<\n",
    ] {
        let why = refusal("a.xml", text.as_bytes());
        assert!(
            why.starts_with("The file is not well-formed XML, line "),
            "{text}: {why}"
        );
    }
    assert_eq!(
        refusal("a.xml", b"<quiz/><quiz/>"),
        "The file has more than one root element."
    );
    assert_eq!(
        refusal("a.xml", b"<html/>"),
        "The file begins with <html>: it is neither a Moodle quiz nor a QTI item."
    );
    assert!(refusal("a.xml", b"<questestinterop/>").starts_with("This is QTI 1.2"));
    assert_eq!(
        refusal("a.xml", b"<quiz></quiz>"),
        "No questions were found in the file, which was read as Moodle XML."
    );
}

#[test]
fn zip_bombs_and_broken_packages_are_refused() {
    let zeros = vec![b' '; 4 * 1024 * 1024];
    let names: Vec<String> = (0..6).map(|n| format!("{n}.xml")).collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &zeros[..]))
        .collect();
    let bomb = zipped(&files);
    assert!(bomb.len() < 100_000);
    assert_eq!(
        refusal("a.zip", &bomb),
        "The package is larger than 20 MB when it is unpacked."
    );
    let one = vec![b' '; MAX_BYTES + 1];
    assert_eq!(
        refusal("a.zip", &zipped(&[("a.xml", &one)])),
        "The file a.xml in the package is larger than 5 MB."
    );
    let names: Vec<String> = (0..2_001).map(|n| format!("{n}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert_eq!(
        refusal("a.zip", &zipped(&files)),
        "The package holds more than 2000 files. Split it."
    );
    assert_eq!(
        refusal("a.zip", b"PK\x03\x04 and no more"),
        "The zip file is damaged or incomplete."
    );
    assert_eq!(
        refusal("a.zip", &zipped(&[("a.txt", b"nothing")])),
        "No questions were found in the file, which was read as QTI."
    );
    let why = refusal("a.zip", &zipped(&[("imsmanifest.xml", b"<manifest>")]));
    assert!(
        why.starts_with("The package's imsmanifest.xml can't be read. The file is not"),
        "{why}"
    );
    // The file's own header lies about the size.
    let item = choice_item();
    let mut lying = zipped(&[("a.xml", item.as_bytes())]);
    let central = lying
        .windows(4)
        .position(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    lying[central + 24..central + 28].copy_from_slice(&1u32.to_le_bytes());
    let _ = read("a.zip", &lying);
}

#[test]
fn long_texts_are_left_out() {
    let long = format!("{}{{T}}\n\nShort{{T}}", "<p>a ".repeat(200_000));
    let imported = read_text("a.txt", &long);
    assert_eq!(imported.questions.len(), 1);
    assert_eq!(
        imported.left_out[0].why,
        "its prompt is longer than 4000 characters"
    );
    let html = format!("[html]{}{{T}}\n\nShort{{T}}", "<b><div>".repeat(30_000));
    assert_eq!(
        read_text("a.txt", &html).left_out[0].why,
        "its prompt is longer than 4000 characters"
    );
}

/// Asserts that the work takes little time. The bound is generous for any machine, and far too
/// short for quadratic work.
fn is_quick(work: impl FnOnce()) {
    let begun = std::time::Instant::now();
    work();
    let took = begun.elapsed();
    assert!(took < std::time::Duration::from_secs(120), "{took:?}");
}

#[test]
fn heaps_of_attributes_and_formulas_are_read_at_once() {
    let attributes: String = (0..35_000).map(|n| format!(" a{n:x}")).collect();
    let beginnings = [
        "<p",
        "<p x=1 ",
        "<!-- <a b='--><p",
        "<script><a b='</script><p",
        "<a =\"b='c' > ' ",
    ];
    for beginning in beginnings {
        is_quick(|| {
            let gift = format!("[html]{beginning}{attributes}>x</p>{{T}}\n\nShort{{T}}");
            assert_eq!(read_text("a.txt", &gift).questions.len(), 1);
        });
    }
    for formulas in ["$$a$$", "\\(a", "\\[`", "$$`", "$$a$$\\("] {
        let text = formulas.repeat(200_000 / formulas.len());
        is_quick(|| {
            let _ = read("a.xml", super::moodle::quiz(&format!(
                "<question type=\"truefalse\"><questiontext format=\"html\"><text>{text}</text></questiontext></question>"
            )).as_bytes());
        });
    }
}

#[test]
fn heaps_of_pictures_are_read_at_once() {
    for sign in [
        "encoding=\"base64\"",
        "encoding=\"base64\">A",
        "\"data:image/png;base64,A",
        "base64,",
        "@@PLUGINFILE@@/",
    ] {
        let text = format!("{}{{T}}", sign.repeat(1_000_000 / sign.len()));
        is_quick(|| {
            let _ = read("a.txt", text.as_bytes());
        });
    }
    let pictures = "<img src=\"A.PNG\" alt=\"\"/>".repeat(20_000);
    let item = choice_item().replace("<p>Look", &format!("<p>{pictures}Look"));
    let names: Vec<String> = (0..1_500).map(|n| format!("{n}.png")).collect();
    let mut files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), &b"\x89PNG\r\n\x1a\n"[..]))
        .collect();
    files.push(("one.xml", item.as_bytes()));
    files.push(("a.png", b"\x89PNG\r\n\x1a\n"));
    is_quick(|| {
        let _ = read("a.zip", &zipped(&files));
    });
}

#[test]
fn heaps_of_what_never_ends_are_read_at_once() {
    const LONG: usize = 60_000;
    let heap = |piece: &str| piece.repeat(LONG / piece.len());
    let runs: String = (1..600).map(|length| "`".repeat(length) + " ").collect();
    let pieces = [
        heap("<"),
        heap("<b"),
        heap("<b "),
        heap("<a b=\""),
        heap("<a b='\"c"),
        heap("<!--"),
        heap("<?xml"),
        heap("<style>") + "</style>",
        heap("<script> ") + "x</script>",
        heap("<b>"),
        heap("</b>"),
        heap("<p> x "),
        heap("<b><i>x</b></i>"),
        heap("<pre>"),
        heap("<code>x<br>"),
        heap("```x\n"),
        heap("\\\\\\\\("),
        heap("\\\\\\\\(a\\\\\\\\)"),
        heap("$a$ "),
        heap("&"),
        runs,
    ];
    for piece in &pieces {
        for markup in ["", "[html]", "[markdown]"] {
            let gift = format!("::a::{markup}{piece}{{T}}\n\n::b::Short{{T}}");
            is_quick(|| assert!(read("a.txt", gift.as_bytes()).is_ok()));
        }
    }
    let large = |piece: &str| piece.repeat(400_000 / piece.len());
    for piece in [
        "```\n",
        "````\n```\n",
        "<pre>\n",
        "<pre></pre>\n",
        "{\n\n",
        "a\n\n{\n\n",
        "//x\n",
        "::a\n",
        "}{",
        "\n",
        "\\",
        "$CATEGORY: a\n",
    ] {
        let gift = format!("::a::x{{T}}\n\n{}", large(piece));
        is_quick(|| drop(read("a.txt", gift.as_bytes())));
    }
    for piece in ["{1:SA:", "{1:SA:=a}", "[[1", "[[1]]", "{", "{1:SA:a\\"] {
        for kind in ["cloze", "gapselect"] {
            let xml = super::moodle::quiz(&format!(
                "<question type=\"{kind}\"><questiontext><text>{}</text></questiontext></question>",
                heap(piece)
            ));
            is_quick(|| drop(read("a.xml", xml.as_bytes())));
        }
    }
    for bytes in [&b"\xe9 "[..], b"\xc3\xa9\xe9", b"\0a", b"a\r"] {
        is_quick(|| drop(read("a.txt", &bytes.repeat(300_000))));
    }
}

#[test]
fn heaps_of_tags_and_programs_take_linear_time() {
    for source in [
        " ".repeat(120_000) + &"<".repeat(120_000),
        "<b> ".repeat(30_000) + "x" + &" </b>".repeat(30_000),
    ] {
        is_quick(|| drop(html::parse(&source)));
    }
    for gift in [
        "$CATEGORY: <pre></pre>\n".repeat(60_000),
        (0..60_000).map(|n| format!("$CATEGORY: {n}\n")).collect(),
        "<pref".repeat(200_000),
        "<pre> {=".repeat(50_000),
        "{=}".repeat(50_000),
        "<pre>{=}\n\n".repeat(1_000),
        "<pre>x\n".repeat(30_000) + &"{=}\n\n".repeat(1_000),
    ] {
        is_quick(|| drop(read("a.txt", format!("{gift}\n\na{{T}}").as_bytes())));
    }
    let cells = "<td>x</td>".repeat(8_000);
    let rows = "<tr><td>x</td></tr>".repeat(8_000);
    let table = format!("::a::[html]See <table><tr>{cells}</tr>{rows}</table>{{T}}");
    is_quick(|| {
        let imported = read_text("a.txt", &table);
        assert_eq!(imported.questions[0].prompt, "See");
        assert_eq!(
            left_out(&imported),
            [(
                "Question 1 'a', a table of 8001 rows and 8000 columns",
                "a table has up to 10000 cells here"
            )]
        );
    });
    let typed = format!(
        "<question type=\"cloze\"><questiontext><text>a {{1:SA:={}}}</text></questiontext></question>",
        "&lt;b&gt; ".repeat(200_000)
    );
    is_quick(|| {
        let imported = read_text("a.xml", &super::moodle::quiz(&typed));
        assert_eq!(
            imported.left_out[0].why,
            "an answer is longer than 200 characters"
        );
    });
}

#[test]
fn items_that_would_grow_or_take_long_are_left_out() {
    let why = |item: &str| {
        let mut why = String::new();
        is_quick(|| {
            let imported = read_text("a.xml", item);
            assert_eq!(imported.questions, []);
            why.clone_from(&imported.left_out[0].why);
        });
        why
    };
    let printing = |value: &str, count: usize| {
        let printed = "<printedVariable identifier=\"N\"/>".repeat(count);
        choice_item()
            .replace("<p>Look", &format!("<p>{printed}Look"))
            .replace("<outcomeDeclaration", &format!("<templateDeclaration identifier=\"N\"><defaultValue><value>{value}</value></defaultValue></templateDeclaration><outcomeDeclaration"))
    };
    let too_long = "one of its values is longer than 1000 characters";
    assert_eq!(why(&printing(&"x".repeat(2_000_000), 55_000)), too_long);
    assert_eq!(
        why(&printing("x", 55_000)),
        "it prints values of its template at 55000 places, more than 200"
    );
    assert_eq!(read_text("a.xml", &printing("x", 200)).questions.len(), 1);

    let typed = |right: &str, rules: &str| {
        super::qti::item(
            "x",
            &super::qti::declaration("single", "string", &[right]),
            "<p>What? <textEntryInteraction responseIdentifier=\"RESPONSE\"/></p>",
        )
        .replace(
            super::judging::TEMPLATE,
            &format!("<responseProcessing>{rules}</responseProcessing>"),
        )
    };
    let long = "x".repeat(1_001);
    assert_eq!(why(&typed(&long, "")), too_long);
    let rule = |test: &str| {
        super::judging::condition(&[(
            "responseIf",
            format!("{test}{}", super::judging::set("SCORE", "1")),
        )])
    };
    let named = format!(
        "<match><variable identifier=\"RESPONSE\"/><baseValue baseType=\"string\">{long}</baseValue></match>"
    );
    assert_eq!(why(&typed("x", &rule(&named))), too_long);
    let matches = |pattern: &str| {
        rule(&format!(
            "<patternMatch pattern=\"{pattern}\"><variable identifier=\"RESPONSE\"/></patternMatch>"
        ))
    };
    let beyond = "its answer is judged by a rule (patternMatch) that has no counterpart here";
    let wide = "(a|b)".repeat(8);
    let pattern = format!("{wide}{}", "c".repeat(200_000));
    assert_eq!(why(&typed("x", &matches(&pattern))), beyond);
    let pattern = format!("{wide}{}", "c".repeat(900));
    assert_eq!(why(&typed("x", &matches(&pattern).repeat(3_000))), beyond);
    let pattern = format!("{}|{}", "c".repeat(490), "d".repeat(490));
    let _ = why(&typed("x", &matches(&pattern).repeat(3_000)));

    let too_long = "its rules are too long to be checked";
    let variable = "<variable identifier=\"MANY\"/>";
    let doubled = format!(
        "<setOutcomeValue identifier=\"MANY\"><multiple>{variable}{variable}<baseValue baseType=\"string\">x</baseValue></multiple></setOutcomeValue>"
    );
    let counted = format!(
        "<gt><containerSize>{variable}</containerSize><baseValue baseType=\"integer\">1</baseValue></gt>"
    );
    assert_eq!(
        why(&typed("x", &(doubled.repeat(40) + &rule(&counted)))),
        too_long
    );
    let rows = "<matchTableEntry sourceValue=\"2\" targetValue=\"1\"/>".repeat(50_000);
    let looked_up = "<lookupOutcomeValue identifier=\"SCORE\"><baseValue baseType=\"integer\">1</baseValue></lookupOutcomeValue>";
    let table = typed("x", &looked_up.repeat(1_000)).replace(
        "<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"float\"/>",
        &format!("<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"float\"><matchTable>{rows}</matchTable></outcomeDeclaration>"),
    );
    assert_eq!(why(&table), too_long);
}

#[test]
fn a_test_is_read_once_however_often_it_is_named() {
    let item = choice_item();
    let section = |next: usize| {
        let references = format!("<assessmentSectionRef href=\"s{next}.xml\"/>").repeat(200);
        format!(
            "<assessmentSection>{references}<assessmentItemRef href=\"i.xml\"/></assessmentSection>"
        )
    };
    let sections: Vec<(String, String)> = (0..5)
        .map(|n| (format!("s{n}.xml"), section(n + 1)))
        .collect();
    let resource = "<resource type=\"imsqti_test_xmlv2p2\" href=\"s0.xml\"/>".repeat(10_000);
    let manifest = format!("<manifest><resources>{resource}</resources></manifest>");
    let mut files: Vec<(&str, &[u8])> = sections
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    files.push(("imsmanifest.xml", manifest.as_bytes()));
    files.push(("i.xml", item.as_bytes()));
    is_quick(|| {
        let imported = read("a.zip", &zipped(&files)).unwrap();
        assert_eq!(imported.questions.len(), 1);
    });
}

#[test]
fn heaps_of_answers_are_left_out_before_they_are_read() {
    let why = |name: &str, text: &str| {
        let imported = read_text(name, text);
        assert_eq!(imported.questions, []);
        imported.left_out[0].why.clone()
    };
    let too_many = "it has 200000 answers, more than a question can have";
    assert_eq!(
        why("a.txt", &format!("a{{{}}}", "=x".repeat(200_000))),
        too_many
    );
    assert_eq!(
        why("a.txt", &format!("a{{={}}}", "~x".repeat(199_999))),
        too_many
    );
    let too_many = "it has 60000 answers, more than a question can have";
    let answers = "<answer fraction=\"100\"><text>x</text></answer>".repeat(60_000);
    let quiz = format!("<quiz><question type=\"shortanswer\">{answers}</question></quiz>");
    assert_eq!(why("a.xml", &quiz), too_many);
    let choices = "<simpleChoice identifier=\"a\"/>".repeat(60_000);
    let item = choice_item().replace(
        "<simpleChoice identifier=\"ChoiceA\">",
        &format!("{choices}<simpleChoice>"),
    );
    assert_eq!(
        why("a.xml", &item),
        "it has 60003 answers, more than a question can have"
    );
    let values = "<value>a</value>".repeat(60_000);
    let item = choice_item().replace("<value>ChoiceA</value>", &values);
    assert_eq!(why("a.xml", &item), too_many);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read("a.txt", &bytes);
        let _ = read("a.toml", &bytes);
        let _ = read("a.zip", &[b"PK\x03\x04", &bytes[..]].concat());
    }

    #[test]
    fn any_gift_is_read(text in "([a{}=~#%:>\\\\\\[\\]\n/ -]|\n\n|<pre>|</pre>|```|\\[markdown\\]|::|TRUE|->|####|\\[html\\]|<b>|%50%|\\.\\.|1){0,60}") {
        if let Ok(imported) = read("a.txt", text.as_bytes()) {
            let keys: std::collections::HashSet<_> = imported.questions.iter().map(|q| &q.key).collect();
            prop_assert_eq!(keys.len(), imported.questions.len());
            prop_assert_eq!(read("a.txt", text.as_bytes()), Ok(imported.clone()));
        }
    }

    #[test]
    fn any_gap_is_read(text in "([{}:=~%#a1\\\\]|\\{1:SA:|\\{:NM:|\\{2:MCS:|\\[\\[1\\]\\]|&amp;){0,30}") {
        for kind in ["cloze", "gapselect"] {
            let xml = super::moodle::quiz(&format!("<question type=\"{kind}\"><questiontext><text>{text}</text></questiontext><selectoption><text>a</text></selectoption><selectoption><text>b</text></selectoption></question>"));
            prop_assert!(read("a.xml", xml.as_bytes()).is_ok());
        }
    }

    #[test]
    fn changed_xml_never_panics(at: proptest::sample::Index, length in 0usize..40, with in "[<>/&;\"' a]{0,6}") {
        for text in [choice_item(), super::moodle::quiz("<question type=\"shortanswer\"><name><text>a</text></name><questiontext format=\"html\"><text><![CDATA[<p>b</p>]]></text></questiontext><answer fraction=\"100\"><text>c</text></answer></question>")] {
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, with.bytes());
            let _ = read("a.xml", &bytes);
        }
    }
}
