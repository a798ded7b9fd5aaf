//! How a question did: its figures, what they mean, and what was taken by whom.

use leptos::prelude::*;

use crate::platform::ui::{Badge, Column, Erase, Language, Notice, Table, Tone};
use crate::quiz::authoring::{Facts, OptionFacts};

pub fn facts(facts: Facts, language: &Language) -> AnyView {
    let figures = facts.figures;
    let tries = match figures.tries {
        1 => "One learner's first try is counted.".to_owned(),
        tries => format!("The first tries of {tries} learners are counted."),
    };
    let groups = facts.groups.map(|(upper, lower)| {
        format!("Of those who did best in the rest of their attempt {upper} got it, of those who did worst {lower}.")
    });
    let flag = figures.good_learners_fail.then(|| {
        view! {
            <Notice tone=Tone::Warn title="Good learners get this wrong">
                "Those who know more get it wrong more often than those who know less. Look at the key first: the wrong option may be marked as right. If not, the wording may mislead those who think further."
            </Notice>
        }
    });
    let options = (!facts.options.is_empty()).then(|| options(facts.options, language));
    view! {
        <section class="stack bank-facts">
            <h2>"How it did"</h2>
            <div class="figs">
                <div>
                    <span class="label">"Facility"</span>
                    <b class="num">{figures.facility}</b>
                </div>
                <div>
                    <span class="label">"Discrimination"</span>
                    <b class="num">{figures.discrimination}</b>
                </div>
            </div>
            <p class="soft">
                {tries}
                " Facility is the mean of its points. Discrimination is how far those who do well elsewhere do better here: 0.2 and more is good, less than nothing is a sign of a wrong key. "
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
        Column::new("Taken").figures(),
        Column::new("Of all").figures(),
        Column::new("Of the best third").figures(),
        Column::new("Of the worst third").figures(),
    ];
    let rows = options
        .into_iter()
        .map(|option| {
            let [all, best, worst] = option.shares;
            view! {
                <tr>
                    <td>
                        <span lang=language.tag() dir=language.dir() inner_html=option.option.0></span>
                        {option.is_right.then(|| view! { <Badge tone=Tone::Ok text="Right" /> })}
                    </td>
                    <td class="r">{option.taken}</td>
                    <td class="r">{all}</td>
                    <td class="r">{best}</td>
                    <td class="r">{worst}</td>
                </tr>
            }
        })
        .collect_view();
    view! { <Table label="How often each option was taken" columns=columns>{rows}</Table> }.erase()
}
