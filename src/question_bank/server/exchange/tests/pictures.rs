//! Pictures that question files contain.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::moodle::quiz;
use super::qti::{choice_item, zipped};
use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06";
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\0\0\0;";

fn base64(content: &[u8]) -> String {
    BASE64_STANDARD.encode(content)
}

/// Returns the address of the picture in Markdown.
fn address(imported: &Imported, place: usize) -> String {
    format!("file:{}", imported.pictures[place].name)
}

#[test]
fn moodle_has_them_as_files() {
    let text = quiz(&format!(
        r#"<question type="multichoice"><name><text>p</text></name>
<questiontext format="html"><text><![CDATA[<p>See <img src="@@PLUGINFILE@@/sub%20a/a%20(1).png?x=1" alt="A map">
  <img src="@@PLUGINFILE@@/lost.png" alt="lost"><img src="@@PLUGINFILE@@/page.png" alt="page">
  <a href="@@PLUGINFILE@@/sub%20a/a%20(1).png">Large</a> <a href="@@PLUGINFILE@@/more.pdf">More</a></p>]]></text>
  <file name="a (1).png" path="/sub a/" encoding="base64">
{}
</file><file name="page.png" path="/" encoding="base64">{}</file><file name="unused.gif" path="/" encoding="base64">{}</file></questiontext>
<answer fraction="100" format="html"><text>&lt;img src="@@PLUGINFILE@@/b.gif" alt=""&gt;</text><file name="b.gif" path="/" encoding="base64">{}</file></answer>
<answer fraction="0"><text>b</text></answer></question>"#,
        base64(PNG),
        base64(b"<html><script>alert(1)</script></html>"),
        base64(&[GIF, b"unused"].concat()),
        base64(GIF),
    ));
    let imported = read_text("a.xml", &text);
    assert_eq!(imported.pictures.len(), 2, "{:?}", imported.pictures);
    assert_eq!(imported.pictures[0].content, PNG);
    assert_eq!(imported.pictures[0].media_type, "image/png");
    assert_eq!(imported.pictures[1].content, GIF);
    let question = &imported.questions[0];
    assert_eq!(
        question.prompt,
        format!(
            "See ![A map]({0}) lostpage [Large]({0}) More",
            address(&imported, 0)
        )
    );
    assert_eq!(
        question.answer,
        single(&[
            (&format!("![]({})", address(&imported, 1)), true),
            ("b", false)
        ])
    );
    assert_eq!(
        left_out(&imported),
        [
            (
                "Question 1 'p', the picture '@@PLUGINFILE@@/lost.png'",
                "it is not in the file; add it to the question again"
            ),
            (
                "Question 1 'p', the picture 'page.png'",
                "its content is no picture of a kind that browsers show (PNG, JPEG, GIF, WebP, AVIF or SVG)"
            ),
            (
                "Question 1 'p', the link to '@@PLUGINFILE@@/more.pdf'",
                "only links to the web are taken over"
            ),
        ]
    );
    // Reading the same file again gives the same result.
    assert_eq!(read_text("a.xml", &text), imported);
}

#[test]
fn packages_have_them_as_files() {
    let object = "<object type=\"image/gif\" data=\"../media/b.gif\">A fox</object>";
    let item = choice_item().replace("You must stay with your luggage at all times.", object);
    let package = |files: &[(&str, &[u8])]| {
        let mut all = vec![("items/one.xml", item.as_bytes())];
        all.extend_from_slice(files);
        read("a.zip", &zipped(&all)).unwrap()
    };
    let imported = package(&[
        ("items/images/sign.png", PNG),
        ("media/b.gif", GIF),
        ("media/c.gif", b"GIF89a unused"),
    ]);
    assert_eq!(left_out(&imported), []);
    assert_eq!(imported.pictures.len(), 2);
    let question = &imported.questions[0];
    assert!(
        question.prompt.contains(&format!(
            "![NEVER LEAVE LUGGAGE UNATTENDED]({})",
            address(&imported, 0)
        )),
        "{}",
        question.prompt
    );
    let AnswerDraft::Choice { options, .. } = &question.answer else {
        panic!()
    };
    assert_eq!(
        options[0].text,
        format!("![A fox]({})", address(&imported, 1))
    );
    // An address may also start from the package's folder. A missing file is noted.
    let imported = package(&[("images/sign.png", PNG)]);
    assert_eq!(imported.pictures.len(), 1);
    assert_eq!(
        left_out(&imported),
        [(
            "Question 1 'About luggage', the picture '../media/b.gif'",
            "it is not in the file; add it to the question again"
        )]
    );
    // A question that is refused adds no picture.
    let essay = item.replace("choiceInteraction", "extendedTextInteraction");
    let files = [("one.xml", essay.as_bytes()), ("images/sign.png", PNG)];
    let imported = read("a.zip", &zipped(&files)).unwrap();
    assert_eq!((imported.questions.len(), imported.pictures.len()), (0, 0));
}

#[test]
fn addresses_can_hold_them() {
    let png = base64(PNG);
    let gift = format!(
        "::a::[html]<p>See <img src\\=\"data\\:image/png;base64,{}\" alt\\=\"A\"></p>{{=b ~c}}\n",
        png.replace('=', "\\=")
    );
    let imported = read_text("a.gift", &gift);
    assert_eq!(imported.pictures.len(), 1, "{imported:?}");
    assert_eq!(
        imported.questions[0].prompt,
        format!("See ![A]({})", address(&imported, 0))
    );
    let item = choice_item().replace("images/sign.png", &format!("data:image/png;base64,{png}"));
    let imported = read_text("a.xml", &item);
    assert_eq!(imported.pictures[0].content, PNG);
    // An address that a text only mentions stays text.
    let told = format!("What is data:image/png;base64,{png}?{{=b ~c}}");
    let imported = read_text("a.gift", &told);
    assert_eq!(imported.pictures, []);
    assert!(imported.questions[0].prompt.contains("base64"));
    // A mark that the file itself contains has no effect.
    let forged =
        "[html]<img src\\=\"picture:00112233445566778899aabbccddeeff.png\" alt\\=\"x\">a{T}";
    let imported = read_text("a.gift", forged);
    assert_eq!(imported.pictures, []);
    assert_eq!(
        imported.left_out[0].why,
        "it is not in the file; add it to the question again"
    );
}

#[test]
fn sizes_and_contents_are_bounded() {
    let large = [PNG, &vec![0; 5 * 1024 * 1024][..]].concat();
    let svg: &[u8] = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>";
    let item = |name: &str| choice_item().replace("images/sign.png", name);
    for (content, why) in [
        (
            &large[..],
            "it is larger than 5 MB, or all pictures together than 20 MB",
        ),
        (
            b"BM not for browsers",
            "its content is no picture of a kind that browsers show (PNG, JPEG, GIF, WebP, AVIF or SVG)",
        ),
    ] {
        let item = item("a.png");
        let files = [("one.xml", item.as_bytes()), ("a.png", content)];
        let imported = read("a.zip", &zipped(&files)).unwrap();
        assert_eq!((imported.questions.len(), imported.pictures.len()), (1, 0));
        assert_eq!(
            left_out(&imported),
            [("Question 1 'About luggage', the picture 'a.png'", why)]
        );
    }
    let item = item("a.svg");
    let files = [("one.xml", item.as_bytes()), ("a.svg", svg)];
    let imported = read("a.zip", &zipped(&files)).unwrap();
    assert_eq!(imported.pictures[0].media_type, "image/svg+xml");
    let broken = item.replace("a.svg", "data:image/png;base64,A");
    let imported = read_text("a.xml", &broken);
    assert_eq!(
        left_out(&imported),
        [(
            "Question 1 'About luggage', an embedded picture",
            "its content is damaged"
        )]
    );
}

#[test]
fn an_address_that_is_no_target_stays_text() {
    let address_of = |content: &[u8]| format!("data:image/png;base64,{}", base64(content));
    let damaged = "data:image/png;base64,A".to_owned();
    for source in [address_of(PNG), damaged.clone()] {
        let escaped = source.replace(':', "\\:").replace('=', "\\=");
        let gift = format!("::a::How?{{=src\\=\"{escaped}\"}}");
        assert_eq!(
            one("a.gift", &gift).answer,
            short(&[&format!("src=\"{source}\"")], None)
        );
        let told = one("a.gift", &format!("::a::What is \"{escaped}\"?{{T}}"));
        assert_eq!(told.prompt, format!("What is \"{source}\"?"));
        let told = one(
            "a.gift",
            &format!("::a::[markdown]What is `![a]({escaped})`?{{T}}"),
        );
        assert_eq!(told.prompt, format!("What is `![a]({source})`?"));
    }
    // One picture is shown and also named in a program.
    let source = address_of(PNG);
    let escaped = source.replace(':', "\\:").replace('=', "\\=");
    let both = format!("::a::[markdown]See ![a]({escaped}) by `![a]({escaped})`{{T}}");
    let imported = read_text("a.gift", &both);
    assert_eq!(imported.pictures.len(), 1);
    assert_eq!(
        imported.questions[0].prompt,
        format!("See ![a]({}) by `![a]({source})`", address(&imported, 0))
    );
    // The limits count for the text as it was.
    let long = address_of(&[PNG, &[7; 300]].concat()).replace(':', "\\:");
    let long = long.replace('=', "\\=");
    let imported = read_text(
        "a.gift",
        &format!("::a::How?{{=\"{long}\"}}\n\n::b::x{{T}}"),
    );
    assert_eq!(imported.questions.len(), 1);
    assert_eq!(
        left_out(&imported),
        [("Question 'a'", "an answer is longer than 200 characters")]
    );
    assert_eq!(imported.refused, [0]);
}

#[test]
fn an_address_in_a_program_stays_text() {
    for source in [
        format!("data:image/png;base64,{}", base64(PNG)),
        "data:image/png;base64,A".to_owned(),
    ] {
        let toml = format!(
            "[[questions]]\ntype = \"Tracing\"\nprompt.program = \"\"\"fn main() {{ println!(\"{source}\") }}\"\"\"\nanswer.doesCompile = true\nanswer.stdout = \"x\"\n"
        );
        let AnswerDraft::Tracing { program, .. } = one("a.toml", &toml).answer else {
            panic!()
        };
        assert_eq!(
            program.trim_end(),
            format!("fn main() {{ println!(\"{source}\") }}")
        );
    }
}
