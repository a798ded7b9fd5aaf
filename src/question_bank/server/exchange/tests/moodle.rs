//! Moodle XML as Moodle exports its question bank.

use super::*;

pub fn quiz(questions: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n{questions}\n</quiz>\n")
}

#[test]
fn an_export_is_read() {
    let text = quiz(
        r#"
<!-- question: 0  -->
  <question type="category">
    <category><text>$course$/top/Default for Rivers</text></category>
    <info format="moodle_auto_format"><text>The default category.</text></info>
    <idnumber></idnumber>
  </question>

<!-- question: 4711  -->
  <question type="multichoice">
    <name><text>Longest river</text></name>
    <questiontext format="html">
      <text><![CDATA[<p dir="ltr">Which river is the <strong>longest</strong>?</p><p>Count <em>all</em> of it.</p>]]></text>
    </questiontext>
    <generalfeedback format="html"><text><![CDATA[<p>See <a href="https://example.org/nile">the Nile</a>.</p>]]></text></generalfeedback>
    <defaultgrade>1.0000000</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    <idnumber>RIV-1</idnumber>
    <single>true</single>
    <shuffleanswers>false</shuffleanswers>
    <answernumbering>abc</answernumbering>
    <correctfeedback format="html"><text>Your answer is correct.</text></correctfeedback>
    <answer fraction="0" format="html">
      <text><![CDATA[<p>Rhine</p>]]></text>
      <feedback format="html"><text></text></feedback>
    </answer>
    <answer fraction="100" format="html">
      <text><![CDATA[<p>Nile<br></p>]]></text>
      <feedback format="html"><text><![CDATA[<p>6,650&nbsp;km</p>]]></text></feedback>
    </answer>
  </question>

  <question type="multichoice">
    <name><text>Black Sea</text></name>
    <questiontext format="markdown"><text>Which flow into the *Black Sea*?</text></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <single>false</single>
    <shuffleanswers>true</shuffleanswers>
    <answer fraction="50" format="plain_text"><text>Danube*</text><feedback><text></text></feedback></answer>
    <answer fraction="50" format="html"><text>Dnieper</text><feedback><text></text></feedback></answer>
    <answer fraction="-100" format="html"><text>a &lt;b&gt;Rhine&lt;/b&gt;</text><feedback><text></text></feedback></answer>
  </question>

  <question type="truefalse">
    <name><text>Upwards</text></name>
    <questiontext format="moodle_auto_format"><text>Water flows
upwards.</text></questiontext>
    <generalfeedback format="html"><text></text></generalfeedback>
    <answer fraction="0" format="moodle_auto_format"><text>true</text><feedback format="html"><text>Look again.</text></feedback></answer>
    <answer fraction="100" format="moodle_auto_format"><text>false</text><feedback format="html"><text></text></feedback></answer>
  </question>

  <question type="shortanswer">
    <name><text>London</text></name>
    <questiontext format="html"><text>Which river flows through London?</text></questiontext>
    <usecase>0</usecase>
    <answer fraction="100" format="moodle_auto_format"><text>Thames</text><feedback format="html"><text></text></feedback></answer>
    <answer fraction="100" format="moodle_auto_format"><text>River Thames</text><feedback format="html"><text></text></feedback></answer>
    <answer fraction="0" format="moodle_auto_format"><text>*</text><feedback format="html"><text>Think of bridges.</text></feedback></answer>
  </question>

  <question type="numerical">
    <name><text>Suez</text></name>
    <questiontext format="html"><text>When was the Suez Canal opened?</text></questiontext>
    <answer fraction="100" format="moodle_auto_format"><text>1869</text><feedback format="html"><text></text></feedback><tolerance>2</tolerance></answer>
    <unitgradingtype>0</unitgradingtype>
  </question>

  <question type="matching">
    <name><text>Cities</text></name>
    <questiontext format="html"><text>Match each city with its river.</text></questiontext>
    <shuffleanswers>true</shuffleanswers>
    <subquestion format="html"><text><![CDATA[<p>Paris</p>]]></text><answer><text>Seine</text></answer></subquestion>
    <subquestion format="html"><text><![CDATA[<p>Rome</p>]]></text><answer><text>Tiber_</text></answer></subquestion>
    <subquestion format="html"><text></text><answer><text>Elbe</text></answer></subquestion>
  </question>

  <question type="ordering">
    <name><text>Down the Rhine</text></name>
    <questiontext format="html"><text>Order them from the spring to the mouth.</text></questiontext>
    <layouttype>VERTICAL</layouttype><selecttype>ALL</selecttype><selectcount>0</selectcount>
    <answer fraction="1.0000000" format="html"><text>Basel</text></answer>
    <answer fraction="3.0000000" format="html"><text>Cologne</text></answer>
    <answer fraction="2.0000000" format="html"><text>Mainz</text></answer>
  </question>
"#,
    );
    let imported = read_text("quiz.xml", &text);
    assert_eq!(
        left_out(&imported),
        [(
            "Question 6 'Cities', the answer 'Elbe'",
            "answers without a partner can't be in a matching question here"
        )]
    );
    let [longest, black_sea, upwards, london, suez, cities, rhine] = imported.questions.as_slice()
    else {
        panic!("{} questions", imported.questions.len());
    };
    assert_eq!(longest.key, "RIV-1");
    assert_eq!(
        longest.prompt,
        "Which river is the **longest**?\n\nCount *all* of it."
    );
    assert_eq!(
        longest.explanation.as_deref(),
        Some("See [the Nile](https://example.org/nile).\n\nNile: 6,650 km")
    );
    assert_eq!(
        longest.answer,
        choice(&[("Rhine", false), ("Nile", true)], false, false)
    );
    assert_eq!(black_sea.key, "black-sea");
    assert_eq!(black_sea.prompt, "Which flow into the *Black Sea*?");
    assert_eq!(
        black_sea.answer,
        choice(
            &[
                ("Danube\\*", true),
                ("Dnieper", true),
                ("a **Rhine**", false)
            ],
            true,
            true
        )
    );
    assert_eq!(upwards.prompt, "Water flows\\\nupwards.");
    assert_eq!(
        upwards.answer,
        choice(&[("True", false), ("False", true)], false, false)
    );
    assert_eq!(upwards.explanation.as_deref(), Some("Look again."));
    assert_eq!(london.answer, short(&["Thames", "River Thames"], None));
    assert_eq!(london.explanation.as_deref(), Some("Think of bridges."));
    assert_eq!(suez.answer, short(&["1869"], Some(2.0)));
    assert_eq!(
        cities.answer,
        matching(&[("Paris", "Seine"), ("Rome", "Tiber\\_")])
    );
    assert_eq!(rhine.answer, ordering(&["Basel", "Mainz", "Cologne"]));
}

#[test]
fn what_has_no_counterpart_is_listed() {
    let text = quiz(
        r#"
<question type="essay"><name><text>Tell</text></name></question>
<question type="cloze"><name><text>Gaps</text></name></question>
<question type="multianswer"><name><text>More gaps</text></name><questiontext><text>{1:SA:=a} and {1:SA:=b}</text></questiontext></question>
<question type="calculated"><name><text>Sum</text></name></question>
<question type="shortanswer"><name><text>Old</text></name><hidden>1</hidden></question>
<question type="shortanswer">
  <name><text>Case</text></name><usecase>1</usecase>
  <questiontext format="html">
    <text><![CDATA[What is shown? <img src="@@PLUGINFILE@@/map.png" alt="A map"> <script>alert(1)</script>]]></text>
    <file name="map.png" path="/" encoding="base64">aGVsbG8=</file>
  </questiontext>
  <answer fraction="100"><text>Elbe</text></answer>
  <answer fraction="50"><text>A river</text></answer>
</question>
<question type="numerical">
  <name><text>Off</text></name><questiontext><text>How long?</text></questiontext>
  <answer fraction="100"><text>5</text><tolerance>1</tolerance></answer>
  <answer fraction="100"><text>7</text><tolerance>2</tolerance></answer>
</question>
"#,
    );
    let imported = read_text("quiz.xml", &text);
    assert_eq!(
        left_out(&imported),
        [
            (
                "Question 1 'Tell'",
                "it is an essay, which a person would have to grade"
            ),
            ("Question 2 'Gaps'", "it has no gap that asks something"),
            (
                "Question 3 'More gaps'",
                "it has 2 gaps, and one question has one answer here"
            ),
            (
                "Question 4 'Sum'",
                "questions of Moodle's type 'calculated' have no counterpart here"
            ),
            (
                "Question 5 'Old'",
                "it is hidden in Moodle: an old version, or deleted"
            ),
            (
                "Question 6 'Case', the picture 'map.png'",
                "its content is no picture of a kind that browsers show (PNG, JPEG, GIF, WebP, AVIF or SVG)"
            ),
            (
                "Question 6 'Case', a program of its page",
                "programs in questions are never run"
            ),
            (
                "Question 6 'Case', the difference of capital and small letters",
                "it makes none in short answers here"
            ),
            (
                "Question 6 'Case', the part of the points for 'A river'",
                "an answer is right or wrong here; this one counts as wrong"
            ),
            ("Question 7 'Off'", "its answers have different tolerances"),
        ]
    );
    assert_eq!(imported.questions.len(), 1);
    assert_eq!(imported.questions[0].prompt, "What is shown? A map");
}

#[test]
fn what_an_author_says_to_some_is_listed_and_what_moodle_says_is_not() {
    let question = |said: &str| {
        format!(
            "<question type=\"multichoice\"><name><text>a</text></name><questiontext format=\"html\"><text>b?</text></questiontext>\
             <single>true</single><correctfeedback format=\"html\"><text>{said}</text></correctfeedback>\
             <answer fraction=\"100\"><text>c</text></answer><answer fraction=\"0\"><text>d</text></answer></question>"
        )
    };
    let usual = quiz(&question("<![CDATA[<p>Your answer is correct.</p>]]>"));
    assert_eq!(read_text("a.xml", &usual).left_out, []);
    let own = question("Well read!").replace(
        "</question>",
        "<hint format=\"html\"><text>Look again</text></hint></question>",
    );
    let what: Vec<String> = read_text("a.xml", &quiz(&own))
        .left_out
        .into_iter()
        .map(|left| left.item)
        .collect();
    assert_eq!(
        what,
        [
            "Question 1 'a', its correctfeedback 'Well read!'",
            "Question 1 'a', its hints"
        ]
    );
}

#[test]
fn a_tolerance_is_read_or_the_question_left_out() {
    let question = |tolerance: &str| {
        quiz(&format!(
            "<question type=\"numerical\"><name><text>a</text></name><questiontext format=\"html\"><text>b?</text></questiontext>\
             <answer fraction=\"100\"><text>3.14</text><tolerance>{tolerance}</tolerance></answer></question>"
        ))
    };
    assert_eq!(
        one("a.xml", &question("0,05")).answer,
        short(&["3.14"], Some(0.05))
    );
    let imported = read_text("a.xml", &question("some"));
    assert_eq!(
        imported.left_out[0].why,
        "its tolerance 'some' is not a number"
    );
}
