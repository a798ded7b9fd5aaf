use std::io::{Cursor, Write};

use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::testing::{at, pdf};
use super::*;

/// The reader of all other tests: the parent process runs this test alone.
#[test]
fn is_the_reader() {
    if let Ok(format) = std::env::var("LYCEUM_READER") {
        child::main(&format);
    }
}

fn zipped(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[derive(Default)]
struct Collected {
    pages: Vec<ReadPage>,
    total: usize,
}

impl ReadProgress for Collected {
    fn total(&mut self, pages: usize) {
        self.total = pages;
    }

    fn page(&mut self, page: ReadPage) {
        self.pages.push(page);
    }
}

fn of(name: &str, content: &[u8]) -> (ReadDocument, Vec<ReadPage>) {
    let format = detect(name, content).unwrap();
    let mut collected = Collected::default();
    let document = read(format, content, &mut collected).unwrap();
    assert_eq!(collected.total, collected.pages.len());
    (document, collected.pages)
}

fn shown(name: &str, content: &[u8]) -> String {
    let (_, pages) = of(name, content);
    markdown(pages.iter().flat_map(|page| &page.blocks))
}

fn refused(name: &str, content: &[u8]) -> String {
    match detect(name, content) {
        Ok(format) => read(format, content, &mut Collected::default()).unwrap_err(),
        Err(sentence) => sentence,
    }
}

const W: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

fn docx(body: &str) -> Vec<u8> {
    let styles = format!(
        "<w:styles {W}><w:style w:styleId=\"Heading1\"><w:name w:val=\"heading 1\"/></w:style></w:styles>"
    );
    let numbering = format!(
        "<w:numbering {W}><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/></w:lvl>\
         </w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>"
    );
    let document = format!("<w:document {W}><w:body>{body}</w:body></w:document>");
    let notes = format!(
        "<w:footnotes {W}><w:footnote w:id=\"2\"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>"
    );
    zipped(&[
        ("word/document.xml", &document),
        ("word/styles.xml", &styles),
        ("word/numbering.xml", &numbering),
        ("word/footnotes.xml", &notes),
    ])
}

#[test]
fn a_word_document_keeps_its_structure_and_pages() {
    let body = "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>Averages</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space=\"preserve\">The </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>mean</w:t></w:r>\
        <w:r><w:t xml:space=\"preserve\"> is a sum &amp; a count_of [x].</w:t><w:footnoteReference w:id=\"2\"/></w:r>\
        <w:del><w:r><w:t>gone</w:t></w:r></w:del></w:p>\
        <w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>Add</w:t></w:r></w:p>\
        <w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>Divide</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>Value</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Count</w:t></w:r></w:p></w:tc></w:tr>\
        <w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>1|2</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:r><w:br w:type=\"page\"/><w:t>Second page.</w:t></w:r></w:p>\
        <w:p><w:r><w:drawing><x:docPr xmlns:x=\"y\" descr=\"A pelican\"/></w:drawing></w:r></w:p>";
    let (document, pages) = of("a.docx", &docx(body));
    assert_eq!(document.page_kind, "page");
    assert_eq!(pages.len(), 2);
    assert_eq!(
        markdown(&pages[0].blocks),
        "# Averages\n\nThe **mean** is a sum & a count\\_of \\[x\\].\n\n1. Add\n2. Divide\n\n\
         | Value | Count |\n|---|---|\n| a | 1\\|2 |\n\nA note."
    );
    assert_eq!(
        markdown(&pages[1].blocks),
        "Second page.\n\n*[Picture: A pelican]*"
    );
}

#[test]
fn slides_have_titles_bullets_and_notes() {
    let a = "xmlns:a=\"http://a\" xmlns:p=\"http://p\" xmlns:r=\"http://r\"";
    let shape = |kind: &str, paragraphs: &[&str]| {
        let paragraphs: String = paragraphs
            .iter()
            .map(|text| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"))
            .collect();
        format!(
            "<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"{kind}\"/></p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
        )
    };
    let slide =
        |shapes: &str| format!("<p:sld {a}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>");
    let content = zipped(&[
        (
            "ppt/presentation.xml",
            &format!(
                "<p:presentation {a}><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/><p:sldId id=\"257\" r:id=\"rId1\"/></p:sldIdLst></p:presentation>"
            ),
        ),
        (
            "ppt/_rels/presentation.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"x/slide\" Target=\"slides/slide1.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"x/slide\" Target=\"slides/slide2.xml\"/></Relationships>",
        ),
        ("ppt/slides/slide1.xml", &slide(&shape("sldNum", &["7"]))),
        (
            "ppt/slides/slide2.xml",
            &slide(
                &(shape("title", &["Birds"]) + &shape("body", &["Pelicans fish", "Swans swim"])),
            ),
        ),
        (
            "ppt/slides/_rels/slide2.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"x/notesSlide\" Target=\"../notesSlides/notesSlide1.xml\"/></Relationships>",
        ),
        (
            "ppt/notesSlides/notesSlide1.xml",
            &slide(&shape("body", &["Say it slowly."])),
        ),
    ]);
    let (document, pages) = of("talk.pptx", &content);
    assert_eq!((document.page_kind.as_str(), pages.len()), ("slide", 2));
    assert_eq!(pages[0].label, "Birds");
    assert_eq!(
        markdown(&pages[0].blocks),
        "## Birds\n\n- Pelicans fish\n- Swans swim\n\nSay it slowly."
    );
    assert_eq!(
        document.notes,
        ["Slide 2 has no text; it may be a scan or a picture."]
    );
}

#[test]
fn sheets_become_tables() {
    let content = zipped(&[
        (
            "xl/workbook.xml",
            "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Birds\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"x\" state=\"hidden\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>Name</t></si><si><r><t>Weight</t></r><r><t> (kg)</t></r></si><si><t>Pelican</t></si></sst>",
        ),
        (
            "xl/styles.xml",
            "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"inlineStr\"><is><t>Seen</t></is></c></row>\
             <row><c r=\"A2\" t=\"s\"><v>2</v></c><c r=\"B2\"><v>0.30000000000000004</v></c><c r=\"C2\" s=\"1\"><v>45000</v></c></row></sheetData></worksheet>",
        ),
    ]);
    assert_eq!(
        shown("a.xlsx", &content),
        "## Birds\n\n| Name | Weight (kg) | Seen |\n|---|---|---|\n| Pelican | 0.3 | 2023-03-15 |"
    );
}

#[test]
fn chapters_of_a_book_come_in_the_order_of_its_spine() {
    let content = zipped(&[
        (
            "META-INF/container.xml",
            "<container><rootfiles><rootfile full-path=\"O/b.opf\"/></rootfiles></container>",
        ),
        (
            "O/b.opf",
            "<package xmlns:dc=\"d\"><metadata><dc:title>Birds &amp; fish</dc:title><dc:language>en</dc:language></metadata>\
             <manifest><item id=\"a\" href=\"one%20a.xhtml\" media-type=\"application/xhtml+xml\"/><item id=\"b\" href=\"two.xhtml\" media-type=\"application/xhtml+xml\"/></manifest>\
             <spine><itemref idref=\"b\"/><itemref idref=\"a\"/></spine></package>",
        ),
        (
            "O/one a.xhtml",
            "<html><body><h1>One</h1><p>First.</p></body></html>",
        ),
        (
            "O/two.xhtml",
            "<html><body><h1>Two</h1><p>Second.</p></body></html>",
        ),
    ]);
    let (document, pages) = of("b.epub", &content);
    assert_eq!(document.title.as_deref(), Some("Birds & fish"));
    let labels: Vec<&str> = pages.iter().map(|page| page.label.as_str()).collect();
    assert_eq!(labels, ["Two", "One"]);
}

#[test]
fn the_main_text_of_a_page_is_without_its_navigation() {
    let text = "Pelicans are large water birds. ".repeat(10);
    let page = format!(
        "<!doctype html><html lang=en><head><title>Birds</title><style>p {{}}</style></head><body>\
         <nav><ul><li><a href=/>Home</a></li></ul></nav><div><a href=/x>Many links</a></div>\
         <article><h1>Pelicans</h1><p>{text}</p><pre><code class=\"language-rust\">let a = 1;\n  b();</code></pre>\
         <ul><li>one<ul><li>deep</li></ul></li><li>two <b>bold</b></li></ul>\
         <table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table><img alt='A bird'></article>\
         <footer>All rights</footer><script>if (a < b) {{}}</script></body></html>"
    );
    let found = shown("page.html", page.as_bytes());
    assert!(found.starts_with("# Pelicans\n\nPelicans are"), "{found}");
    for part in [
        "```rust\nlet a = 1;\n  b();\n```",
        "- one\n   - deep\n- two **bold**",
        "| A | B |\n|---|---|\n| 1 | 2 |",
        "*[Picture: A bird]*",
    ] {
        assert!(found.contains(part), "{part} in {found}");
    }
    for part in ["Home", "Many links", "rights", "if ("] {
        assert!(!found.contains(part), "{part} in {found}");
    }
    let (document, _) = of("page.html", page.as_bytes());
    assert_eq!(document.title.as_deref(), Some("Birds"));
    assert_eq!(document.language.as_deref(), Some("en"));
}

#[test]
fn markdown_text_and_subtitles_are_read() {
    assert_eq!(
        shown(
            "a.md",
            b"---\ntitle: x\n---\n# One\n\nA *b* `c`.\n\n- x\n- y\n\n```rust\nfn a() {}\n```\n"
        ),
        "# One\n\nA *b* `c`.\n\n- x\n- y\n\n```rust\nfn a() {}\n```"
    );
    assert_eq!(
        shown(
            "a.txt",
            b"Averages\n\nThe mean is\na sum.\n\n- one\n- two\n\xe4"
        ),
        "## Averages\n\nThe mean is a sum.\n\n- one\n- two ä"
    );
    assert_eq!(
        shown(
            "a.vtt",
            b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada>Hello there.\n\n00:02.000 --> 00:03.000\nHello there.\nBye &amp; thanks.\n"
        ),
        "Hello there. Bye & thanks."
    );
    assert_eq!(
        shown("a.srt", b"1\r\n00:00:01,000 --> 00:00:02,000\r\nOne.\r\n\r\n2\r\n00:11:01,000 --> 00:11:02,000\r\nTwo.\r\n"),
        "One.\n\nTwo."
    );
}

#[test]
fn bad_files_are_refused_with_a_sentence() {
    let program = [b"MZ\x90\0".as_slice(), &[0; 100]].concat();
    let document = docx("<w:p><w:r><w:t>x</w:t></w:r></w:p>");
    let encrypted = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
    for (name, content, said) in [
        (
            "a.docx",
            &program[..],
            "named as Word but its content is a program",
        ),
        ("a.exe", &program, "is a program, which can't be read"),
        (
            "a.docx",
            &document[..document.len() / 2],
            "damaged or incomplete",
        ),
        ("a.docx", &encrypted, "protected by a password"),
        ("a.doc", &encrypted, "Office before 2007"),
        ("a.pdf", b"%PDF-1.7\n1 0 obj", "damaged or incomplete"),
        ("a.pdf", b"hello", "named as PDF but its content is text"),
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n ", "no text"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a picture"),
    ] {
        let sentence = refused(name, content);
        assert!(sentence.contains(said), "{name}: {sentence}");
    }
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
    let content = zipped(&[(
        "word/document.xml",
        &format!(
            "{bomb}<w:document {W}><w:body><w:p><w:r><w:t>x&b;y</w:t></w:r></w:p></w:body></w:document>"
        ),
    )]);
    assert_eq!(shown("a.docx", &content), "xy");
}

#[test]
fn a_file_that_grows_when_it_is_unpacked_is_refused() {
    let spaces = " ".repeat(61 * 1024 * 1024);
    let content = zipped(&[("word/document.xml", &spaces)]);
    assert!(content.len() < 1024 * 1024);
    assert!(refused("a.docx", &content).contains("grows far too much"));
    let content = zipped(&[("a.txt", &spaces)]);
    assert!(
        unpack::unpack(&content)
            .unwrap_err()
            .contains("when it is unpacked")
    );
    let content = zipped(&[("../a\n.txt", "x"), ("__MACOSX/b", "y"), ("c/.d", "z")]);
    let names: Vec<String> = unpack::unpack(&content)
        .unwrap()
        .into_iter()
        .map(|file| file.name)
        .collect();
    assert_eq!(names, ["a.txt"]);
}

#[test]
fn a_pdf_has_headings_paragraphs_lists_and_tables() {
    let mut first = at(20, 60, 700, "Averages");
    first += &at(
        11,
        60,
        670,
        "The mean of a list of numbers is their sum, divided by their coun-",
    );
    first += &at(
        11,
        60,
        656,
        "ting. It moves when a single number of the list moves far away.",
    );
    first += &at(11, 60, 630, "1. Add the numbers");
    first += &at(11, 60, 616, "2. Divide the sum");
    for (row, cells) in [["Value", "Count"], ["a", "1"], ["b", "2"]]
        .iter()
        .enumerate()
    {
        for (column, cell) in cells.iter().enumerate() {
            first += &at(11, 60 + 150 * column as u32, 580 - 14 * row as u32, cell);
        }
    }
    first += &at(9, 300, 30, "1");
    let second = at(11, 60, 670, "Another page has its own text here.") + &at(9, 300, 30, "2");
    let (document, pages) = of("a.pdf", &pdf(&[first, second, String::new()]));
    assert_eq!(
        markdown(&pages[0].blocks),
        "# Averages\n\nThe mean of a list of numbers is their sum, divided by their counting. \
         It moves when a single number of the list moves far away.\n\n1. Add the numbers\n2. Divide the sum\n\n\
         | Value | Count |\n|---|---|\n| a | 1 |\n| b | 2 |"
    );
    assert_eq!(
        markdown(&pages[1].blocks),
        "Another page has its own text here."
    );
    assert_eq!(
        document.notes,
        ["Page 3 has no text; it may be a scan or a picture."]
    );
    assert!(refused("b.pdf", &pdf(&[String::new()])).contains("scan"));
}

#[test]
fn columns_are_read_one_after_the_other() {
    let mut page = at(18, 60, 740, "A heading across both columns");
    // Written line by line across both columns, which is the harder order.
    for line in 0..20 {
        let y = 700 - line * 14;
        page += &at(
            10,
            60,
            y,
            &format!("Left column line {line} has some words in it"),
        );
        page += &at(
            10,
            320,
            y,
            &format!("Right column line {line} has other words in it"),
        );
    }
    let found = shown("a.pdf", &pdf(&[page]));
    let place = |text: &str| {
        found
            .find(text)
            .unwrap_or_else(|| panic!("{text} in {found}"))
    };
    assert!(place("Left column line 19") < place("Right column line 0 "));
}

#[test]
fn too_many_pages_are_refused() {
    let pages = vec![String::new(); PAGES + 1];
    assert!(refused("a.pdf", &pdf(&pages)).contains("3,001 pages"));
}

#[tokio::test]
async fn another_process_reads_and_its_death_is_a_sentence() {
    let mut seen = Vec::new();
    let content = pdf(&[at(11, 60, 600, "One"), at(11, 60, 600, "Two")]);
    let whole = child::read(DocumentFormat::Pdf, &content, &mut |done, total| {
        seen.push((done, total))
    })
    .await
    .unwrap();
    assert_eq!(whole.pages.len(), 2);
    assert_eq!(seen, [(1, 2), (2, 2)]);
    let refused = child::read(DocumentFormat::Pdf, b"%PDF-1.4 no more", &mut |_, _| {}).await;
    assert!(refused.unwrap_err().contains("damaged"));
    // More nesting than the reader's stack holds.
    let deep = "<x>".repeat(3_000_000);
    let content = zipped(&[("word/document.xml", &deep)]);
    let refused = child::read(DocumentFormat::Docx, &content, &mut |_, _| {}).await;
    assert!(refused.unwrap_err().contains("nested too deeply"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn escaped_text_means_itself(text in "[ -~äß]{0,80}") {
        let html = crate::markdown::render(&inline::escape(&text), &|_, _| None).html;
        let read = crate::markdown::words(&html);
        let is_plain = !text.contains("://") && !text.contains("www.") && !text.contains('@');
        prop_assume!(is_plain);
        prop_assert_eq!(read, inline::joined(&text));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), name in "[a-z]\\.(pdf|docx|html|txt|md|vtt|epub)") {
        if let Ok(format) = detect(&name, &bytes) && format != DocumentFormat::Zip {
            let _ = read(format, &bytes, &mut Collected::default());
        }
    }

    #[test]
    fn any_html_is_read(html in "(<(p|li|ul|table|td|tr|pre|b|nav|h1)>|</(p|li|ul|table|td|tr|pre|b|nav|h1)>|[a-z <&]){0,60}") {
        let _ = html::main_text(&html);
    }
}
