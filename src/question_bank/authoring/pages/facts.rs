//! The figures of a question with explanations, and the shares of learners who chose each option.

use leptos::prelude::*;

use crate::platform::ui::{Badge, Column, Erase, Language, Notice, Table, Tone};
use crate::question_bank::authoring::{OptionFacts, QuestionFacts};

pub fn facts(facts: QuestionFacts, language: &Language) -> AnyView {
    let figures = facts.figures;
    let answers = match figures.answers {
        1 => "Based on one learner's first attempt.".to_owned(),
        answers => format!("Based on the first attempts of {answers} learners."),
    };
    let groups = facts.groups.map(|(upper, lower)| {
        format!("Of the learners who did best on their other questions, {upper} answered correctly; of those who did worst, {lower}.")
    });
    let flag = figures.good_learners_fail.then(|| {
        view! {
            <Notice tone=Tone::Warn title="Negative discrimination">
                "Stronger learners get this question wrong more often than weaker ones. Check the answer key first: the wrong option may be marked as correct. Otherwise, the wording may mislead learners who think further."
            </Notice>
        }
    });
    let options = (!facts.options.is_empty()).then(|| options(facts.options, language));
    view! {
        <section class="stack bank-facts">
            <h2>"Statistics"</h2>
            <div class="figs">
                <div>
                    <span class="label">"Share correct"</span>
                    <b class="num">{figures.facility}</b>
                </div>
                <div>
                    <span class="label">"Discrimination"</span>
                    <b class="num">{figures.discrimination}</b>
                </div>
            </div>
            <p class="soft">
                {answers}
                " Share correct is the average share of points earned. Discrimination shows how much better this question is answered by learners who do well on other questions: 0.2 or more is good, and a negative value suggests a wrong answer key. "
                {groups}
            </p>
            {flag}
            {options}
        </section>
    }
    .erase()
}

fn options(options: Vec<OptionFacts>, language: &Language) -> AnyView {
    let columns = vec![
        Column::new("Option"),
        Column::new("Chosen").figures(),
        Column::new("All learners").figures(),
        Column::new("Top third").figures(),
        Column::new("Bottom third").figures(),
    ];
    let rows = options
        .into_iter()
        .map(|option| {
            let [all, best, worst] = option.shares;
            view! {
                <tr>
                    <td>
                        <span lang=language.tag() dir=language.dir() inner_html=option.option.0></span>
                        {option.is_right.then(|| view! { <Badge tone=Tone::Ok text="Correct" /> })}
                    </td>
                    <td class="r">{option.taken}</td>
                    <td class="r">{all}</td>
                    <td class="r">{best}</td>
                    <td class="r">{worst}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table label="How often each option was chosen" columns=columns>{rows}</Table> }.erase()
}
