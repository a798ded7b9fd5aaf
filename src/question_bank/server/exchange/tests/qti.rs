//! QTI items in the form of 1EdTech's examples, and packages.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::*;
use crate::course::server::draft::{QuestionPurpose, TracingOutcome};
use crate::question_bank::server::exchange::write_qti;

/// Returns an item of QTI 2.2.
pub fn item(name: &str, declaration: &str, body: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="http://www.imsglobal.org/xsd/imsqti_v2p2 http://www.imsglobal.org/xsd/qti/qtiv2p2/imsqti_v2p2.xsd"
  identifier="{name}" title="About {name}" adaptive="false" timeDependent="false">
  {declaration}
  <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>
  <itemBody>{body}</itemBody>
  <responseProcessing template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/>
</assessmentItem>"#
    )
}

pub fn declaration(cardinality: &str, base_type: &str, values: &[&str]) -> String {
    let values: String = values
        .iter()
        .map(|value| format!("<value>{value}</value>"))
        .collect();
    format!(
        "<responseDeclaration identifier=\"RESPONSE\" cardinality=\"{cardinality}\" baseType=\"{base_type}\">\
         <correctResponse>{values}</correctResponse></responseDeclaration>"
    )
}

/// Returns the item, judged by the points of its mapping instead.
pub fn mapped(item: &str) -> String {
    item.replace("rptemplates/match_correct", "rptemplates/map_response")
}

pub fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn choice_item() -> String {
    item(
        "luggage",
        &declaration("single", "identifier", &["ChoiceA"]),
        r#"
    <p>Look at the text in the picture.</p>
    <p><img src="images/sign.png" alt="NEVER LEAVE LUGGAGE UNATTENDED"/></p>
    <choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">
      <prompt>What does it <strong>say</strong>?</prompt>
      <simpleChoice identifier="ChoiceA">You must stay with your luggage at all times.</simpleChoice>
      <simpleChoice identifier="ChoiceB">Do not let someone else look after your
        luggage.<feedbackInline outcomeIdentifier="FEEDBACK" identifier="ChoiceB" showHide="show">No, the sign
        does not mention others.</feedbackInline></simpleChoice>
      <simpleChoice identifier="ChoiceC">Remember your luggage when you leave.</simpleChoice>
    </choiceInteraction>
  "#,
    )
}

#[test]
fn a_choice_of_2_2() {
    let imported = read_text("choice.xml", &choice_item());
    let question = &imported.questions[0];
    assert_eq!(question.key, "luggage");
    assert_eq!(
        question.prompt,
        "Look at the text in the picture.\n\nNEVER LEAVE LUGGAGE UNATTENDED\n\nWhat does it **say**?"
    );
    assert_eq!(
        question.answer,
        choice(
            &[
                ("You must stay with your luggage at all times.", true),
                ("Do not let someone else look after your luggage.", false),
                ("Remember your luggage when you leave.", false),
            ],
            false,
            false
        )
    );
    assert_eq!(
        question.explanation.as_deref(),
        Some("No, the sign does not mention others.")
    );
    assert_eq!(
        left_out(&imported),
        [(
            "Question 1 'About luggage', the picture 'images/sign.png'",
            "it is not in the file; add it to the question again"
        )]
    );
}

#[test]
fn several_choices_of_3_0_by_their_points() {
    let question = one(
        "water.xml",
        r#"<?xml version="1.0" encoding="UTF-8"?>
<?xml-model href="https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd" type="application/xml"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="water" title="Composition of Water"
  adaptive="false" time-dependent="false" xml:lang="en-US">
  <qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">
    <qti-mapping lower-bound="0" upper-bound="2" default-value="-2">
      <qti-map-entry map-key="H" mapped-value="1"/>
      <qti-map-entry map-key="O" mapped-value="1"/>
      <qti-map-entry map-key="Cl" mapped-value="-1"/>
    </qti-mapping>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"/>
  <qti-item-body>
    <qti-choice-interaction response-identifier="RESPONSE" shuffle="true" max-choices="0">
      <qti-prompt>Which of these elements form water, H<sub>2</sub>O?</qti-prompt>
      <qti-simple-choice identifier="H">Hydrogen</qti-simple-choice>
      <qti-simple-choice identifier="He">Helium</qti-simple-choice>
      <qti-simple-choice identifier="O">Oxygen</qti-simple-choice>
      <qti-simple-choice identifier="Cl">Chlorine</qti-simple-choice>
    </qti-choice-interaction>
    <qti-rubric-block view="scorer"><qti-content-body>For scorers only.</qti-content-body></qti-rubric-block>
  </qti-item-body>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"/>
  <qti-modal-feedback outcome-identifier="FEEDBACK" identifier="correct" show-hide="show">
    <qti-content-body><p>Two atoms of one, one of the other.</p></qti-content-body>
  </qti-modal-feedback>
</qti-assessment-item>"#,
    );
    assert_eq!(
        question.prompt,
        "Which of these elements form water, H<sub>2</sub>O?"
    );
    assert_eq!(
        question.answer,
        choice(
            &[
                ("Hydrogen", true),
                ("Helium", false),
                ("Oxygen", true),
                ("Chlorine", false)
            ],
            true,
            true
        )
    );
    assert_eq!(
        question.explanation.as_deref(),
        Some("Two atoms of one, one of the other.")
    );
}

#[test]
fn texts_and_numbers_to_type() {
    let body = r#"<p>Identify the missing word.</p>
    <blockquote><p>Now is the winter of our discontent<br/> made glorious summer by this sun of
      <textEntryInteraction responseIdentifier="RESPONSE" expectedLength="15"/>;</p></blockquote>"#;
    let declared = r#"<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="string">
      <correctResponse><value>York</value></correctResponse>
      <mapping defaultValue="0">
        <mapEntry mapKey="York" mappedValue="1"/><mapEntry mapKey="York's house" mappedValue="1"/>
        <mapEntry mapKey="york" mappedValue="0.5"/><mapEntry mapKey="Kent" mappedValue="0.5"/>
      </mapping></responseDeclaration>"#;
    let imported = read_text("text_entry.xml", &mapped(&item("richard", declared, body)));
    assert_eq!(
        imported.questions[0].prompt,
        "Identify the missing word.\n\n> Now is the winter of our discontent\\\n> made glorious summer by this sun of _____;"
    );
    assert_eq!(
        imported.questions[0].answer,
        short(&["York", "York's house"], None)
    );
    let left: Vec<_> = imported
        .left_out
        .iter()
        .map(|left| left.item.as_str())
        .collect();
    assert_eq!(
        left,
        [
            "Question 1 'About richard', the part of the points for 'Kent'",
            "Question 1 'About richard', the difference of capital and small letters"
        ]
    );
}

#[test]
fn details_of_choices_that_are_lost_are_listed() {
    let declared = |cardinality: &str, correct: &str, points: &[(&str, &str)]| {
        let entries: String = points
            .iter()
            .map(|(key, points)| format!("<mapEntry mapKey=\"{key}\" mappedValue=\"{points}\"/>"))
            .collect();
        declaration(cardinality, "identifier", &[correct]).replace(
            "</responseDeclaration>",
            &format!("<mapping>{entries}</mapping></responseDeclaration>"),
        )
    };
    let body = |attributes: &str| {
        format!(
            "<choiceInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\" {attributes}><prompt>Which?</prompt>\
             <simpleChoice identifier=\"A\">One</simpleChoice><simpleChoice identifier=\"B\">Two</simpleChoice>\
             <simpleChoice identifier=\"C\" fixed=\"true\">None of these</simpleChoice></choiceInteraction>"
        )
    };
    let points = declared("single", "A", &[("A", "1"), ("B", "1")]);
    let imported = read_text(
        "a.xml",
        &mapped(&item("x", &points, &body("maxChoices=\"1\""))),
    );
    assert_eq!(imported.questions, []);
    assert_eq!(
        imported.left_out[0].why,
        "more than one of its options is right by itself"
    );
    let several = declared("multiple", "A", &[("A", "2"), ("B", "1")]);
    let several = several.replace("</correctResponse>", "<value>B</value></correctResponse>");
    let limits = body("maxChoices=\"2\" minChoices=\"2\"");
    let imported = read_text("a.xml", &mapped(&item("x", &several, &limits)));
    let what: Vec<&str> = imported
        .left_out
        .iter()
        .map(|left| left.item.trim_start_matches("Question 1 'About x', "))
        .collect();
    assert_eq!(
        what,
        [
            "its weights",
            "the limit of 2 choices",
            "the demand for 2 choices",
            "the fixed place of 'None of these'"
        ]
    );
}

#[test]
fn orders_and_pairs() {
    let order = one(
        "order.xml",
        r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="order"
  title="Grand Prix of Bahrain" adaptive="false" time-dependent="false">
	<qti-response-declaration identifier="RESPONSE" cardinality="ordered" base-type="identifier">
		<qti-correct-response>
			<qti-value>DriverC</qti-value>
			<qti-value>DriverA</qti-value>
			<qti-value>DriverB</qti-value>
		</qti-correct-response>
	</qti-response-declaration>
	<qti-item-body>
		<qti-order-interaction response-identifier="RESPONSE" shuffle="true">
			<qti-prompt>Rearrange the drivers into
				the correct finishing order.</qti-prompt>
			<qti-simple-choice identifier="DriverA">Rubens Barrichello</qti-simple-choice>
			<qti-simple-choice identifier="DriverB">Jenson Button</qti-simple-choice>
			<qti-simple-choice identifier="DriverC" fixed="true">Michael Schumacher</qti-simple-choice>
		</qti-order-interaction>
	</qti-item-body>
</qti-assessment-item>"#,
    );
    assert_eq!(
        order.prompt,
        "Rearrange the drivers into the correct finishing order."
    );
    assert_eq!(
        order.answer,
        ordering(&["Michael Schumacher", "Rubens Barrichello", "Jenson Button"])
    );

    let sets = r#"<matchInteraction responseIdentifier="RESPONSE" shuffle="true" maxAssociations="4">
      <prompt>Match the characters to the plays.</prompt>
      <simpleMatchSet>
        <simpleAssociableChoice identifier="C" matchMax="1">Capulet</simpleAssociableChoice>
        <simpleAssociableChoice identifier="P" matchMax="1">Prospero</simpleAssociableChoice>
      </simpleMatchSet>
      <simpleMatchSet>
        <simpleAssociableChoice identifier="M" matchMax="4">A Midsummer-Night's Dream</simpleAssociableChoice>
        <simpleAssociableChoice identifier="R" matchMax="4">Romeo and Juliet</simpleAssociableChoice>
        <simpleAssociableChoice identifier="T" matchMax="4">The Tempest</simpleAssociableChoice>
      </simpleMatchSet>
    </matchInteraction>"#;
    let plays = |pairs: &[&str]| {
        read_text(
            "match.xml",
            &item(
                "plays",
                &declaration("multiple", "directedPair", pairs),
                sets,
            ),
        )
    };
    let imported = plays(&["C R", "P T"]);
    assert_eq!(
        imported.questions[0].answer,
        matching(&[("Capulet", "Romeo and Juliet"), ("Prospero", "The Tempest")])
    );
    assert_eq!(
        imported.left_out[0].item,
        "Question 1 'About plays', the answer 'A Midsummer-Night's Dream'"
    );
    for pairs in [
        &["C R", "P R"][..],
        &["C R"],
        &["C R", "C T"],
        &["C R", "P X"],
    ] {
        assert_eq!(
            plays(pairs).left_out[0].why,
            "its pairs are not one to one, which is not possible here"
        );
    }
    assert_eq!(
        plays(&["C"]).left_out[0].why,
        "its right answer 'C' is no pair"
    );

    let rivals = one(
        "associate.xml",
        &item(
            "rivals",
            &declaration("multiple", "pair", &["A P", "C M"]),
            r#"<associateInteraction responseIdentifier="RESPONSE" maxAssociations="2">
      <prompt>Who are rivals?</prompt>
      <simpleAssociableChoice identifier="A" matchMax="1">Antonio</simpleAssociableChoice>
      <simpleAssociableChoice identifier="C" matchMax="1">Capulet</simpleAssociableChoice>
      <simpleAssociableChoice identifier="M" matchMax="1">Montague</simpleAssociableChoice>
      <simpleAssociableChoice identifier="P" matchMax="1">Prospero</simpleAssociableChoice>
    </associateInteraction>"#,
        ),
    );
    assert_eq!(
        rivals.answer,
        matching(&[("Antonio", "Prospero"), ("Capulet", "Montague")])
    );
}

#[test]
fn what_has_no_counterpart_is_listed() {
    let right = declaration("single", "identifier", &["A"]);
    let of = |declaration: &str, body: &str| {
        let imported = read_text("a.xml", &item("x", declaration, body));
        assert_eq!(imported.questions, []);
        imported.left_out[0].why.clone()
    };
    let interaction = |name: &str| format!("<p>What?</p><{name} responseIdentifier=\"RESPONSE\"/>");
    assert_eq!(
        of(&right, &interaction("hotspotInteraction")),
        "QTI's hotspotInteraction has no counterpart here"
    );
    assert_eq!(
        of(&right, &interaction("extendedTextInteraction")),
        "it is an essay, which a person would have to grade"
    );
    assert_eq!(of(&right, "<p>Read.</p>"), "it is a text that asks nothing");
    let two = interaction("textEntryInteraction").repeat(2);
    assert_eq!(
        of(&right, &two),
        "it asks 2 things at once; make them questions of their own"
    );
    assert_eq!(
        of("", &interaction("choiceInteraction")),
        "nothing declares which answer is right"
    );
    assert_eq!(
        of(&right, &interaction("choiceInteraction")),
        "its right answer 'A' is none of its choices"
    );
    assert_eq!(
        of(
            &format!("{right}<templateDeclaration identifier=\"N\"/>"),
            "<p/>"
        ),
        "it draws its values anew each time, which is not possible here"
    );
    let adaptive = choice_item().replace("adaptive=\"false\"", "adaptive=\"true\"");
    assert_eq!(
        read_text("a.xml", &adaptive).left_out[0].why,
        "it changes with each attempt (adaptive), which is not possible here"
    );
}

#[test]
fn a_package_is_read_in_the_order_of_its_manifest() {
    let manifest = r#"<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M">
  <organizations/>
  <resources>
    <resource identifier="t" type="imsqti_test_xmlv2p2" href="test.xml"><file href="test.xml"/></resource>
    <resource identifier="b" type="imsqti_item_xmlv2p2" href="items/b%20b.xml"><file href="items/b%20b.xml"/></resource>
    <resource identifier="a" type="imsqti_item_xmlv2p2" href="items/a.xml"><file href="items/a.xml"/></resource>
    <resource identifier="c" type="imsqti_item_xmlv2p2" href="../../etc/passwd"/>
    <resource identifier="d" type="imsqti_item_xmlv2p2" href="items/broken.xml"/>
    <resource identifier="e" type="imsqti_item_xmlv2p2" href="test.xml"/>
    <resource identifier="w" type="webcontent" href="images/sign.png"/>
  </resources>
</manifest>"#;
    let a = choice_item();
    let b = choice_item().replace("\"luggage\"", "\"second\"");
    let files: &[(&str, &[u8])] = &[
        ("qti/imsmanifest.xml", manifest.as_bytes()),
        ("qti/items/a.xml", a.as_bytes()),
        ("qti/items/b b.xml", b.as_bytes()),
        ("qti/items/broken.xml", b"<assessmentItem>"),
        ("qti/test.xml", b"<assessmentTest/>"),
        ("qti/images/sign.png", b"\x89PNG"),
        ("../../escape.xml", b"<assessmentItem/>"),
    ];
    let imported = read("qti.zip", &zipped(files)).unwrap();
    let keys: Vec<_> = imported.questions.iter().map(|q| q.key.as_str()).collect();
    assert_eq!(keys, ["second", "luggage"]);
    let left = left_out(&imported);
    assert_eq!(left.len(), 5);
    assert_eq!(
        left[2],
        (
            "Question 3 '../etc/passwd'",
            "the package lacks its file ../etc/passwd"
        )
    );
    assert_eq!(left[3].0, "Question 4 'qti/items/broken.xml'");
    assert!(
        left[3]
            .1
            .contains("The file is not well-formed XML, line 1: "),
        "{left:?}"
    );
    assert_eq!(left[4].1, "its file holds no item");

    let manifest = r#"<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" identifier="M">
  <resources xml:base="items/">
    <resource identifier="a" type="imsqti_item_xmlv2p2" href="./a.xml"/>
    <resource identifier="b" type="imsqti_item_xmlv2p2" xml:base="more\" href="sub\..\b.xml"/>
  </resources>
</manifest>"#;
    let files: &[(&str, &[u8])] = &[
        ("imsmanifest.xml", manifest.as_bytes()),
        ("items/a.xml", a.as_bytes()),
        ("items\\more\\b.xml", b.as_bytes()),
    ];
    let imported = read("qti.zip", &zipped(files)).unwrap();
    let keys: Vec<_> = imported.questions.iter().map(|q| q.key.as_str()).collect();
    assert_eq!(keys, ["luggage", "second"]);

    let alone: &[(&str, &[u8])] = &[("a.xml", a.as_bytes()), ("t.xml", b"<assessmentTest/>")];
    assert_eq!(read("a.zip", &zipped(alone)).unwrap().questions.len(), 1);
}

#[test]
fn what_we_write_has_the_form_of_3_0() {
    let draft = |key: &str, answer| QuestionDraft {
        key: key.to_owned(),
        prompt: format!("Is `a < b` & *{key}*?"),
        explanation: Some("Yes.".to_owned()),
        answer,
        purpose: QuestionPurpose::Both,
        difficulty: Some(0.5),
    };
    let written = write_qti(&[
        draft("1 one", short(&["x \"y\"", "z"], None)),
        draft(
            "trace",
            AnswerDraft::Tracing {
                language: "rust".to_owned(),
                program: "fn main() {}".to_owned(),
                outcome: TracingOutcome::Prints(String::new()),
            },
        ),
    ])
    .unwrap();
    assert_eq!(
        written.left_out,
        [LeftOut {
            item: "Question 'trace'".to_owned(),
            why: "QTI has no questions about what a program prints".to_owned()
        }]
    );
    let mut archive = ZipArchive::new(Cursor::new(written.content)).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    assert!(text("imsmanifest.xml").contains(
        "<resource identifier=\"q-1-one\" type=\"imsqti_item_xmlv3p0\" href=\"items/q-1-one.xml\">"
    ));
    let expected = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="q-1-one" title="Is `a &lt; b` &amp; *1 one*?" label="1 one" adaptive="false" time-dependent="false" tool-name="Lyceum" tool-version="{}">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string">
<qti-correct-response>
<qti-value>x &quot;y&quot;</qti-value>
</qti-correct-response>
<qti-mapping default-value="0">
<qti-map-entry map-key="x &quot;y&quot;" mapped-value="1" case-sensitive="false"/>
<qti-map-entry map-key="z" mapped-value="1" case-sensitive="false"/>
</qti-mapping>
</qti-response-declaration>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float">
<qti-default-value>
<qti-value>0</qti-value>
</qti-default-value>
</qti-outcome-declaration>
<qti-outcome-declaration identifier="LYCEUM_PURPOSE" cardinality="single" base-type="string">
<qti-default-value>
<qti-value>both</qti-value>
</qti-default-value>
</qti-outcome-declaration>
<qti-outcome-declaration identifier="LYCEUM_DIFFICULTY" cardinality="single" base-type="float">
<qti-default-value>
<qti-value>0.5</qti-value>
</qti-default-value>
</qti-outcome-declaration>
<qti-outcome-declaration identifier="FEEDBACK" cardinality="single" base-type="identifier"/>
<qti-item-body>
<div><p>Is <code>a &lt; b</code> &amp; <em>1 one</em>?</p></div>
<p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>
</qti-item-body>
<qti-response-processing>
<qti-set-outcome-value identifier="SCORE">
<qti-map-response identifier="RESPONSE"/>
</qti-set-outcome-value>
<qti-set-outcome-value identifier="FEEDBACK">
<qti-base-value base-type="identifier">EXPLANATION</qti-base-value>
</qti-set-outcome-value>
</qti-response-processing>
<qti-modal-feedback outcome-identifier="FEEDBACK" identifier="EXPLANATION" show-hide="show">
<qti-content-body>
<div><p>Yes.</p></div>
</qti-content-body>
</qti-modal-feedback>
</qti-assessment-item>
"#,
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(text("items/q-1-one.xml"), expected);
}

#[test]
fn a_text_changed_by_another_tool_counts() {
    let draft = QuestionDraft {
        key: "k".to_owned(),
        prompt: "* one\n* two".to_owned(),
        explanation: None,
        answer: single(&[("a", true), ("b", false)]),
        purpose: QuestionPurpose::Quiz,
        difficulty: None,
    };
    let written = write_qti(std::slice::from_ref(&draft)).unwrap().content;
    let mut text = String::new();
    ZipArchive::new(Cursor::new(written.clone()))
        .unwrap()
        .by_name("items/k.xml")
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.contains("data-markdown=\"* one&#10;* two\""), "{text}");
    assert_eq!(read("k.zip", &written).unwrap().questions, [draft]);
    let changed = text.replace("<li>two</li>", "<li>three</li>");
    assert_ne!(changed, text);
    assert_eq!(one("k.xml", &changed).prompt, "- one\n- three");
}
