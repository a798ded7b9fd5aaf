//! Items get the answer that their own rules give, whatever the form of the rules.

use super::judging::{ANSWER, TEMPLATE, condition, set};
use super::qti::{declaration, item, mapped, zipped};
use super::*;

const MATCHES: &str =
    "<match><variable identifier=\"RESPONSE\"/><correct identifier=\"RESPONSE\"/></match>";

fn ruled(item: &str, rules: &str) -> String {
    item.replace(
        TEMPLATE,
        &format!("<responseProcessing>{rules}</responseProcessing>"),
    )
}

/// Returns a question with four choices, A to D.
fn choices(cardinality: &str, right: &[&str], attributes: &str, rules: &str) -> String {
    let choices: String = ["A", "B", "C", "D"]
        .iter()
        .map(|name| format!("<simpleChoice identifier=\"{name}\">Choice {name}</simpleChoice>"))
        .collect();
    let body = format!(
        "<choiceInteraction responseIdentifier=\"RESPONSE\" {attributes}><prompt>Which?</prompt>{choices}</choiceInteraction>"
    );
    ruled(
        &item("x", &declaration(cardinality, "identifier", right), &body),
        rules,
    )
}

fn typed(base_type: &str, right: &[&str], rules: &str) -> String {
    let body = "<p>What is it? <textEntryInteraction responseIdentifier=\"RESPONSE\"/></p>";
    ruled(
        &item("x", &declaration("single", base_type, right), body),
        rules,
    )
}

fn points_if(test: &str) -> String {
    condition(&[("responseIf", format!("{test}{}", set("SCORE", "1")))])
}

fn is(name: &str) -> String {
    format!("<match>{ANSWER}<baseValue baseType=\"identifier\">{name}</baseValue></match>")
}

fn has(name: &str) -> String {
    format!("<member><baseValue baseType=\"identifier\">{name}</baseValue>{ANSWER}</member>")
}

fn right(text: &str) -> Vec<String> {
    match one("a.xml", text).answer {
        AnswerDraft::Choice { options, .. } => {
            let right = options.into_iter().filter(|option| option.is_correct);
            right
                .map(|option| option.text.replace("Choice ", ""))
                .collect()
        }
        answer => panic!("{answer:?}"),
    }
}

fn accepted(text: &str) -> (Vec<String>, Option<f64>) {
    match read_text("a.xml", text).questions.remove(0).answer {
        AnswerDraft::ShortAnswer {
            accepted,
            tolerance,
        } => (accepted, tolerance),
        answer => panic!("{answer:?}"),
    }
}

fn why(text: &str) -> String {
    let imported = read_text("a.xml", text);
    assert_eq!(imported.questions, []);
    imported.left_out[0].why.clone()
}

#[test]
fn rules_against_what_is_declared_are_refused() {
    let not = format!("<not>{MATCHES}</not>");
    let disagree = |right: &str| {
        format!(
            "its scoring rules give all points to '{right}', but it declares 'Choice A' to be right"
        )
    };
    let single = |rules: &str| choices("single", &["A"], "maxChoices=\"1\"", rules);
    assert_eq!(
        why(&single(&points_if(&not))),
        disagree("Choice B, Choice C, Choice D")
    );
    assert_eq!(why(&single(&points_if(&is("B")))), disagree("Choice B"));
    let never = condition(&[("responseIf", format!("{MATCHES}{}", set("SCORE", "0")))]);
    assert_eq!(
        why(&single(&never)),
        "its scoring rules give no answer any points"
    );
    // Nothing is declared, so the rules alone tell the answer.
    let twice = choices("single", &["B"], "maxChoices=\"1\"", &points_if(MATCHES));
    let twice = twice.replace("<itemBody>", "<itemBody><p>Which?</p>");
    assert_eq!(one("a.xml", &twice).prompt, "Which?");
    let undeclared = choices("single", &[], "maxChoices=\"1\"", &points_if(&is("C")));
    assert_eq!(right(&undeclared), ["C"]);
    let several = |rules: &str| choices("multiple", &["A", "B"], "maxChoices=\"0\"", rules);
    assert_eq!(
        why(&several(&points_if(&format!(
            "<and>{}{}</and>",
            has("A"),
            has("C")
        )))),
        "its scoring rules give all points to 'Choice A, Choice C', but it declares 'Choice A, Choice B' to be right"
    );
    assert_eq!(
        why(&several(&points_if(&format!(
            "<or>{}{}</or>",
            has("A"),
            has("B")
        )))),
        "different sets of its options bring all points, which is not possible here"
    );
}

#[test]
fn rules_of_many_shapes_are_understood() {
    let several = |rules: &str| choices("multiple", &["A", "B"], "maxChoices=\"0\"", rules);
    let both = format!(
        "<and>{}{}<not>{}</not><not>{}</not></and>",
        has("A"),
        has("B"),
        has("C"),
        has("D")
    );
    assert_eq!(right(&several(&points_if(&both))), ["A", "B"]);
    let some = format!("<anyN min=\"2\" max=\"2\">{}{}</anyN>", has("A"), has("B"));
    assert_eq!(right(&several(&points_if(&some))), ["A", "B"]);
    // One outcome is computed from another, and the points are a share of the maximum.
    let counted: String = ["A", "B"]
        .iter()
        .map(|name| {
            let sum = "<sum><variable identifier=\"RAW\"/><baseValue baseType=\"float\">1</baseValue></sum>";
            let set = format!("<setOutcomeValue identifier=\"RAW\">{sum}</setOutcomeValue>");
            condition(&[("responseIf", format!("{}{set}", has(name)))])
        })
        .collect();
    let scaled = format!(
        "{counted}<setOutcomeValue identifier=\"SCORE\"><divide><variable identifier=\"RAW\"/><variable identifier=\"MAXSCORE\"/></divide></setOutcomeValue>"
    );
    let with_outcomes = |text: &str| {
        text.replace(
            "<itemBody>",
            "<outcomeDeclaration identifier=\"RAW\" cardinality=\"single\" baseType=\"float\"/>\
             <outcomeDeclaration identifier=\"MAXSCORE\" cardinality=\"single\" baseType=\"float\"><defaultValue><value>2</value></defaultValue></outcomeDeclaration><itemBody>",
        )
    };
    assert_eq!(right(&with_outcomes(&several(&scaled))), ["A", "B"]);
    let looked_up = format!(
        "{counted}<lookupOutcomeValue identifier=\"SCORE\"><variable identifier=\"RAW\"/></lookupOutcomeValue>"
    );
    let table = "baseType=\"float\"><interpolationTable><interpolationTableEntry sourceValue=\"2\" targetValue=\"1\"/>\
                 <interpolationTableEntry sourceValue=\"0\" targetValue=\"0\"/></interpolationTable></outcomeDeclaration>";
    let looked_up = with_outcomes(&several(&looked_up)).replacen(
        "<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" baseType=\"float\"/>",
        &format!("<outcomeDeclaration identifier=\"SCORE\" cardinality=\"single\" {table}"),
        1,
    );
    assert_eq!(right(&looked_up), ["A", "B"]);
    // Rules for feedback need not be understood.
    let feedback =
        "<setOutcomeValue identifier=\"FEEDBACK\"><customOperator class=\"x\"/></setOutcomeValue>";
    let single = |rules: &str| choices("single", &["B"], "maxChoices=\"1\"", rules);
    let rules = format!("{feedback}{}", points_if(MATCHES));
    assert_eq!(right(&single(&rules)), ["B"]);
    assert_eq!(
        why(&single(&points_if("<customOperator class=\"x\"/>"))),
        "its answer is judged by a rule (customOperator) that has no counterpart here"
    );
    let of_response = points_if(MATCHES).replace("SCORE", "SCORE_RESPONSE");
    assert_eq!(right(&single(&of_response)), ["B"]);
    for template in [
        "http://www.imsglobal.org/question/qti_v2p0/rptemplates/match_correct",
        "http://www.imsglobal.org/question/qtiv2p1/rptemplates/match_correct.xml",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml",
        "rptemplates\\match_correct.xml",
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/CC2_match",
    ] {
        let template = format!("<responseProcessing template=\"{template}\"/>");
        let text = single("").replace("<responseProcessing></responseProcessing>", &template);
        assert_eq!(right(&text), ["B"], "{template}");
    }
}

#[test]
fn typed_answers_by_rules_of_many_shapes() {
    let sum = "<setOutcomeValue identifier=\"SCORE\"><sum><variable identifier=\"SCORE\"/><mapResponse identifier=\"RESPONSE\"/></sum></setOutcomeValue>";
    let filled = format!("<not><isNull>{ANSWER}</isNull></not>");
    let onyx = condition(&[("responseIf", format!("{filled}{sum}"))]);
    let clamped = "<responseCondition><responseIf><gt><variable identifier=\"SCORE\"/><variable identifier=\"MAXSCORE\"/></gt>\
        <setOutcomeValue identifier=\"SCORE\"><variable identifier=\"MAXSCORE\"/></setOutcomeValue></responseIf></responseCondition>";
    let mapping = "</correctResponse><mapping defaultValue=\"0\"><mapEntry mapKey=\"cat\" mappedValue=\"1\"/><mapEntry mapKey=\"tomcat\" mappedValue=\"1\"/></mapping>";
    let onyx = typed("string", &["cat"], &format!("{onyx}{clamped}"))
        .replace("</correctResponse>", mapping);
    assert_eq!(one("a.xml", &onyx).answer, short(&["cat", "tomcat"], None));

    let texts = |test: &str| accepted(&typed("string", &[], &points_if(test))).0;
    let base = |text: &str| format!("<baseValue baseType=\"string\">{text}</baseValue>");
    let string = |attributes: &str, text: &str| {
        format!(
            "<stringMatch {attributes}>{ANSWER}{}</stringMatch>",
            base(text)
        )
    };
    let either = format!(
        "<or>{}{}</or>",
        string("caseSensitive=\"false\"", "apple"),
        string("caseSensitive=\"false\"", "apples")
    );
    assert_eq!(texts(&either), ["apple", "apples"]);
    let pattern =
        |pattern: &str| format!("<patternMatch pattern=\"{pattern}\">{ANSWER}</patternMatch>");
    assert_eq!(texts(&pattern("colou?r")), ["colour", "color"]);
    assert_eq!(texts(&pattern("^[Gg]r(a|e)y\\s*$")), ["Gray", "Grey"]);
    for beyond in ["a.*", "[0-9]+", "a{2}", "(?=a)", "[^a]", "("] {
        assert!(
            why(&typed("string", &["a"], &points_if(&pattern(beyond)))).contains("(patternMatch)"),
            "{beyond}"
        );
    }
    let part = typed(
        "string",
        &["cat"],
        &points_if(&string("caseSensitive=\"false\" substring=\"true\"", "cat")),
    );
    assert_eq!(
        why(&part),
        "its scoring rules accept every text with 'cat' in it, which is not possible here"
    );

    let numbers = |base_type: &str, right: &[&str], test: &str| {
        accepted(&typed(base_type, right, &points_if(test)))
    };
    let equal = |attributes: &str| {
        format!("<equal {attributes}>{ANSWER}<correct identifier=\"RESPONSE\"/></equal>")
    };
    let owned = |text: &str, off: f64| (vec![text.to_owned()], Some(off));
    let relative = equal("toleranceMode=\"relative\" tolerance=\"5 5\"");
    assert_eq!(numbers("float", &["200"], &relative), owned("200", 10.0));
    assert_eq!(numbers("float", &["-200"], &relative), owned("-200", 10.0));
    let absolute = equal("toleranceMode=\"absolute\" tolerance=\"0.5\"");
    assert_eq!(numbers("string", &["3.10"], &absolute), owned("3.10", 0.5));
    let rounded = format!(
        "<equalRounded roundingMode=\"decimalPlaces\" figures=\"1\">{ANSWER}<correct identifier=\"RESPONSE\"/></equalRounded>"
    );
    assert_eq!(numbers("float", &["2.5"], &rounded), owned("2.5", 0.05));
    let bound = |test: &str, bound: &str| {
        format!("<{test}>{ANSWER}<baseValue baseType=\"integer\">{bound}</baseValue></{test}>")
    };
    let between = format!("<and>{}{}</and>", bound("gt", "3"), bound("lt", "7"));
    assert_eq!(numbers("integer", &["5"], &between), owned("5", 1.0));
    let computed = "<equal toleranceMode=\"exact\"><product><variable identifier=\"RESPONSE\"/><baseValue baseType=\"float\">2</baseValue></product><baseValue baseType=\"float\">8</baseValue></equal>";
    assert_eq!(
        why(&typed("float", &["4"], &points_if(computed))),
        "its scoring rules compute with the answer, which is not possible here"
    );
    assert_eq!(
        why(&typed("float", &["4"], &points_if(&bound("gte", "5")))),
        "its scoring rules give all points to more answers than can be named"
    );
    assert_eq!(
        why(&typed("integer", &["4"], &points_if(&bound("match", "5")))),
        "its scoring rules give all points to '5', but it declares '4' to be right"
    );
}

#[test]
fn orders_by_their_places() {
    let places: String = (1..=4)
        .map(|n| {
            let at = |what: &str| format!("<index n=\"{n}\">{what}</index>");
            let test = format!(
                "<match>{}{}</match>",
                at(ANSWER),
                at("<correct identifier=\"RESPONSE\"/>")
            );
            let sum = "<setOutcomeValue identifier=\"SCORE\"><sum><variable identifier=\"SCORE\"/><baseValue baseType=\"float\">0.25</baseValue></sum></setOutcomeValue>";
            condition(&[("responseIf", format!("{test}{sum}"))])
        })
        .collect();
    let order = |right: &[&str], rules: &str| {
        let choices: String = ["A", "B", "C", "D"]
            .iter()
            .map(|name| format!("<simpleChoice identifier=\"{name}\"><p>First {name}.</p>\n<p>Then<br/>{name}.</p></simpleChoice>"))
            .collect();
        let body = format!(
            "<orderInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\"><prompt>In which order?</prompt>{choices}</orderInteraction>"
        );
        ruled(
            &item("x", &declaration("ordered", "identifier", right), &body),
            rules,
        )
    };
    let items = ["B", "A", "D", "C"].map(|name| format!("First {name}. Then {name}."));
    let items = items.each_ref().map(String::as_str);
    let right = ["B", "A", "D", "C"];
    assert_eq!(
        one("a.xml", &order(&right, &places)).answer,
        ordering(&items)
    );
    let any = points_if(&format!(
        "<contains>{ANSWER}<ordered><baseValue baseType=\"identifier\">B</baseValue><baseValue baseType=\"identifier\">A</baseValue></ordered></contains>"
    ));
    assert_eq!(
        why(&order(&right, &any)),
        "more than one order of its items brings all points"
    );
}

#[test]
fn words_and_gaps_of_a_text() {
    let body = r#"<hottextInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>Which word is wrong?</prompt>
      <p>A time <hottext identifier="A">who bought</hottext> that <hottext identifier="B">includes</hottext> a lot.</p></hottextInteraction>"#;
    let question = one(
        "a.xml",
        &item("x", &declaration("single", "identifier", &["B"]), body),
    );
    assert_eq!(
        question.prompt,
        "Which word is wrong?\n\nA time <mark>who bought</mark> that <mark>includes</mark> a lot."
    );
    assert_eq!(
        question.answer,
        choice(&[("who bought", false), ("includes", true)], false, false)
    );

    let gaps = |texts: &str, text: &str, right: &[&str]| {
        let body = format!(
            "<gapMatchInteraction responseIdentifier=\"RESPONSE\" shuffle=\"true\">{texts}<p>{text}</p></gapMatchInteraction>"
        );
        item("x", &declaration("multiple", "directedPair", right), &body)
    };
    let texts = "<gapText identifier=\"X\" matchMax=\"1\">one</gapText><gapText identifier=\"Y\" matchMax=\"1\">two</gapText>";
    let two = "First <gap identifier=\"G1\"/> then <gap identifier=\"G2\"/>.";
    let question = one("a.xml", &gaps(texts, two, &["Y G1", "X G2"]));
    assert_eq!(question.prompt, "First (1) _____ then (2) _____.");
    assert_eq!(question.answer, matching(&[("(1)", "two"), ("(2)", "one")]));
    let single = gaps(texts, "First <gap identifier=\"G1\"/>", &["Y G1"]);
    assert_eq!(
        one("a.xml", &single).answer,
        choice(&[("one", false), ("two", true)], false, true)
    );
    assert_eq!(
        why(&gaps(texts, two, &["X G1", "X G2"])),
        "its pairs are not one to one, which is not possible here"
    );
}

#[test]
fn a_title_asks_where_nothing_else_does() {
    let text = choices("single", &["A"], "maxChoices=\"1\"", &points_if(MATCHES));
    let imported = read_text(
        "a.xml",
        &text.replace("<prompt>Which?</prompt>", "<prompt/>"),
    );
    assert_eq!(imported.questions[0].prompt, "About x");
    assert_eq!(
        imported.left_out[0].item,
        "Question 1 'About x', its missing prompt"
    );
}

#[test]
fn a_mapping_that_no_rule_uses_says_nothing() {
    let entries = "</correctResponse><mapping><mapEntry mapKey=\"A\" mappedValue=\"1\"/><mapEntry mapKey=\"B\" mappedValue=\"1\"/></mapping>";
    let text = choices("single", &["A"], "maxChoices=\"1\"", "")
        .replace("<responseProcessing></responseProcessing>", TEMPLATE)
        .replace("</correctResponse>", entries);
    assert_eq!(right(&text), ["A"]);
    assert_eq!(
        why(&mapped(&text)),
        "more than one of its options is right by itself"
    );
    let free = choices("multiple", &["A"], "maxChoices=\"0\"", "")
        .replace("<responseProcessing></responseProcessing>", TEMPLATE)
        .replace("</correctResponse>", entries);
    assert!(why(&mapped(&free)).contains("give all points to 'Choice A, Choice B'"));
}

#[test]
fn a_package_may_name_its_items_only_in_a_test() {
    let text = choices("single", &["A"], "maxChoices=\"1\"", &points_if(MATCHES));
    let test = "<qti-assessment-test><qti-assessment-section><qti-assessment-item-ref identifier=\"i\" href=\"../items/i.xml\"/>\
        <qti-assessment-item-ref identifier=\"j\" href=\"../items/j.xml\"/></qti-assessment-section></qti-assessment-test>";
    let manifest = |files: &str| {
        format!(
            "<manifest><resources><resource type=\"imsqti_test_xmlv3p0\" href=\"tests/t.xml\"><file href=\"tests/t.xml\"/>{files}</resource></resources></manifest>"
        )
    };
    for files in ["", "<file href=\"items/i.xml\"/>"] {
        let package = zipped(&[
            ("imsmanifest.xml", manifest(files).as_bytes()),
            ("tests/t.xml", test.as_bytes()),
            ("items/i.xml", text.as_bytes()),
        ]);
        let imported = read("a.zip", &package).unwrap();
        assert_eq!(imported.questions.len(), 1);
        assert_eq!(
            left_out(&imported),
            [(
                "Question 2 'items/j.xml'",
                "the package lacks its file items/j.xml"
            )]
        );
    }
    let old = "<manifest><resources><resource type=\"imsqti_xmlv1p2\" href=\"t.xml\"/></resources></manifest>";
    let old = zipped(&[
        ("imsmanifest.xml", old.as_bytes()),
        ("t.xml", b"<questestinterop/>"),
    ]);
    assert!(refusal("a.zip", &old).starts_with("This is QTI 1.2"));
}

#[test]
fn fixed_values_are_filled_in_and_other_settings_listed() {
    let text = choices("single", &["A"], "maxChoices=\"1\"", &points_if(MATCHES))
        .replace("Which?", "Which is <printedVariable identifier=\"N\"/>?")
        .replace(
            "<outcomeDeclaration",
            "<templateDeclaration identifier=\"N\" cardinality=\"single\" baseType=\"integer\"><defaultValue><value>42</value></defaultValue></templateDeclaration><outcomeDeclaration",
        );
    assert_eq!(one("a.xml", &text).prompt, "Which is 42?");
    let drawn = text.replace("<itemBody>", "<templateProcessing/><itemBody>");
    assert!(why(&drawn).contains("draws its values anew"));
    let button = text.replace(
        "</itemBody>",
        "<p>See <printedVariable identifier=\"SCORE\"/> <endAttemptInteraction responseIdentifier=\"H\" title=\"Hint\"/></p></itemBody>",
    );
    let imported = read_text("a.xml", &button);
    assert_eq!(imported.questions.len(), 1);
    let items: Vec<&str> = imported
        .left_out
        .iter()
        .map(|left| left.item.as_str())
        .collect();
    assert_eq!(
        items,
        [
            "Question 1 'About x', the value of SCORE in a text",
            "Question 1 'About x', the button 'Hint'"
        ]
    );
    let test = "<assessmentTest><timeLimits maxTime=\"60\"/></assessmentTest>";
    let package = zipped(&[("i.xml", text.as_bytes()), ("t.xml", test.as_bytes())]);
    let imported = read("a.zip", &package).unwrap();
    assert_eq!(left_out(&imported)[0].0, "The test of the package");
}

#[test]
fn long_rules_end() {
    let many: String = (0..12_000).map(|_| points_if(&has("A"))).collect();
    let begun = std::time::Instant::now();
    assert_eq!(
        why(&choices("multiple", &["A"], "maxChoices=\"0\"", &many)),
        "its rules are too long to be checked"
    );
    let deep = format!("{}{}{}", "<not>".repeat(40), has("A"), "</not>".repeat(40));
    let deep = choices("multiple", &["A"], "maxChoices=\"0\"", &points_if(&deep));
    assert_eq!(right(&deep), ["A"]);
    // Each outcome is computed from the next one.
    let chain: String = (0..5_000)
        .map(|n| {
            let name = if n == 0 { "SCORE".to_owned() } else { format!("O{n}") };
            format!("<setOutcomeValue identifier=\"{name}\"><variable identifier=\"O{}\"/></setOutcomeValue>", n + 1)
        })
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    assert_eq!(
        why(&choices("multiple", &["A"], "maxChoices=\"0\"", &chain)),
        "its rules are too long to be checked"
    );
    assert!(begun.elapsed() < std::time::Duration::from_secs(120));
}

#[test]
fn numbers_that_can_mean_two_values_are_refused() {
    let template =
        |text: String| text.replace("<responseProcessing></responseProcessing>", TEMPLATE);
    let number = |right: &str| template(typed("float", &[right], ""));
    let ambiguous = "its number '1,000' can mean 1000 or 1.000";
    assert_eq!(why(&number("1,000")), ambiguous);
    assert_eq!(
        accepted(&number("1,5")),
        (vec!["1.5".to_owned()], Some(0.0))
    );
    let compared = |value: &str, base_type: &str| {
        points_if(&format!(
            "<equal toleranceMode=\"absolute\" tolerance=\"{}\"><baseValue baseType=\"{base_type}\">{value}</baseValue>{ANSWER}</equal>",
            if value == "1,000" { "0" } else { "0,5" }
        ))
    };
    assert_eq!(
        why(&typed("float", &["1"], &compared("1,000", "float"))),
        ambiguous
    );
    assert_eq!(
        why(&typed("string", &["1"], &compared("1,000", "string"))),
        ambiguous
    );
    // The tolerance shows that commas are decimal.
    let (texts, tolerance) = accepted(&typed("float", &["2,125"], &compared("2,125", "float")));
    assert_eq!((texts, tolerance), (vec!["2.125".to_owned()], Some(0.5)));
    let mapping =
        "</correctResponse><mapping><mapEntry mapKey=\"1,000\" mappedValue=\"1\"/></mapping>";
    let text = number("5").replace("</correctResponse>", mapping);
    assert_eq!(why(&mapped(&text)), ambiguous);
    // A text is no number.
    assert_eq!(
        accepted(&template(typed("string", &["1,000"], ""))).0,
        ["1,000"]
    );
}

#[test]
fn spare_texts_and_partners_must_not_be_right_too() {
    let gap = |points: &str| {
        let body = "<gapMatchInteraction responseIdentifier=\"RESPONSE\"><gapText identifier=\"X\" matchMax=\"1\">one</gapText><gapText identifier=\"Y\" matchMax=\"1\">two</gapText><p>First <gap identifier=\"G\"/></p></gapMatchInteraction>";
        let declared = declaration("multiple", "directedPair", &["Y G"]).replace(
            "</correctResponse>",
            &format!("</correctResponse><mapping><mapEntry mapKey=\"Y G\" mappedValue=\"1\"/><mapEntry mapKey=\"X G\" mappedValue=\"{points}\"/></mapping>"),
        );
        mapped(&item("x", &declared, body))
    };
    assert_eq!(
        one("a.xml", &gap("0")).answer,
        choice(&[("one", false), ("two", true)], false, false)
    );
    assert_eq!(
        why(&gap("1")),
        "other pairs than those that it declares bring all points too"
    );
    assert!(why(&gap("2")).starts_with("its scoring rules give all points to 'X G'"));
    let sets = |points: &str| {
        let choice = |name: &str| {
            format!(
                "<simpleAssociableChoice identifier=\"{name}\" matchMax=\"1\">{name}</simpleAssociableChoice>"
            )
        };
        let body = format!(
            "<matchInteraction responseIdentifier=\"RESPONSE\"><prompt>Which?</prompt><simpleMatchSet>{}{}</simpleMatchSet><simpleMatchSet>{}{}{}</simpleMatchSet></matchInteraction>",
            choice("A"),
            choice("B"),
            choice("C"),
            choice("D"),
            choice("E")
        );
        let declared = declaration("multiple", "directedPair", &["A C", "B D"]).replace(
            "</correctResponse>",
            &format!("</correctResponse><mapping><mapEntry mapKey=\"A C\" mappedValue=\"1\"/><mapEntry mapKey=\"B D\" mappedValue=\"1\"/><mapEntry mapKey=\"B E\" mappedValue=\"{points}\"/></mapping>"),
        );
        mapped(&item("x", &declared, &body))
    };
    let imported = read_text("a.xml", &sets("0"));
    assert_eq!(
        imported.questions[0].answer,
        matching(&[("A", "C"), ("B", "D")])
    );
    assert_eq!(
        why(&sets("1")),
        "other pairs than those that it declares bring all points too"
    );
}
