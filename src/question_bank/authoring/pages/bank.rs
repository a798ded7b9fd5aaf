//! The list of a course's questions, with its filters and the buttons that change the order.

use leptos::{prelude::*, server_fn};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use crate::course::{QuestionPurpose, SEARCH_CHARACTERS};
use crate::platform::ids::QuestionId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Form, FormState, Language, Notice, Page,
    Pagination, Select, Table, Tone, loaded, page_resource, path_part, query_now,
};
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::api::{MoveQuestion, RetireQuestion, load_bank};
use crate::question_bank::authoring::{BankGroup, BankLine, BankPage, BankQuery};
use crate::teaching::{Area, pages::frame};

pub fn question_bank_page() -> AnyView {
    let course = path_part("course");
    let query = Memo::new(|_| {
        use_query_map().with(|map| {
            let get = |name| map.get(name).unwrap_or_default();
            BankQuery {
                q: get("q"),
                module: get("module"),
                topic: get("topic"),
                kind: get("kind"),
                purpose: get("purpose"),
                show: get("show"),
                after: get("after"),
                before: get("before"),
            }
        })
    });
    let page = page_resource(
        move || (course.get(), query.get()),
        |(course, query)| load_bank(course, query),
    );
    let forms = BankForms {
        shift: FormState::of(MoveQuestion::PATH),
        retire: FormState::of(RetireQuestion::PATH),
    };
    let show = move |page: BankPage| {
        let (course, query) = (course.get_untracked(), query.get_untracked());
        let title = page.course_title.clone();
        frame(
            &course,
            &title,
            Area::Questions,
            bank(&course, query, page, forms),
        )
    };
    view! { <Page title="Questions">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct BankForms {
    shift: FormState,
    retire: FormState,
}

/// Shows the groups in one form, whose buttons each move a question.
fn groups(course: &str, query: &BankQuery, page: &BankPage, shift: FormState) -> AnyView {
    let last = page.groups.len();
    let groups = page
        .groups
        .iter()
        .enumerate()
        .map(|(at, lines)| {
            // If the page cuts a quiz, its questions on the other page are unknown here.
            let cut = (
                at == 0 && page.previous.is_some(),
                at + 1 == last && page.next.is_some(),
            );
            group(
                course,
                query,
                lines.clone(),
                cut,
                &page.course_title.language,
            )
        })
        .collect_view();
    let [module, after, before] = [&query.module, &query.after, &query.before].map(Clone::clone);
    let course = course.to_owned();
    view! {
        <Form form=shift class="bank-groups">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="query[module]" value=module />
            <input type="hidden" name="query[after]" value=after />
            <input type="hidden" name="query[before]" value=before />
            {groups}
        </Form>
    }
    .erase()
}

fn bank(course: &str, query: BankQuery, page: BankPage, forms: BankForms) -> AnyView {
    let list = Area::Questions.path(course);
    let at = |after: Option<QuestionId>, before: Option<QuestionId>| {
        let id = |id: Option<QuestionId>| id.map(|id| id.to_string()).unwrap_or_default();
        match after.or(before) {
            Some(_) => {
                let query = BankQuery {
                    after: id(after),
                    before: id(before),
                    ..query.restarted()
                };
                format!("{list}{}", query.ending())
            }
            None => String::new(),
        }
    };
    let (previous, next) = (at(None, page.previous), at(page.next, None));
    let count = match page.count {
        1 => "1 question".to_owned(),
        count => format!("{count} questions"),
    };
    let is_filtered = query.restarted() != BankQuery::default();
    let groups = match page.groups.is_empty() {
        true => empty(&list, is_filtered),
        false => groups(course, &query, &page, forms.shift),
    };
    view! {
        {outcome(course, &list, forms.retire)}
        <div class="row">
            <Button href=format!("{list}/new")>"Write a question"</Button>
            <Button kind=ButtonKind::Secondary href=format!("{list}/import")>
                "Import"
            </Button>
            {export(&list, &query)}
        </div>
        {tools(&list, &query, page.modules, page.topics)}
        <p class="soft" role="status">
            {count}
        </p>
        {groups}
        <Pagination previous=previous next=next />
    }
    .erase()
}

/// Links to files with the listed questions.
fn export(list: &str, query: &BankQuery) -> AnyView {
    let ending = query.restarted().ending();
    let rest = ending.strip_prefix('?').unwrap_or_default();
    let link = |format: &'static str, text: &'static str| {
        let href = format!("{list}/export?format={format}&{rest}");
        view! {
            <a href=href download rel="external">
                {text}
            </a>
        }
    };
    view! {
        <span class="soft bank-export">"Export as " {link("gift", "GIFT")} " or " {link("qti", "QTI")}</span>
    }
    .erase()
}

/// Tells that a question was saved, with a link to its preview, or retired, with a button that
/// restores it.
fn outcome(course: &str, list: &str, retire: FormState) -> AnyView {
    let (saved, retired) = (query_now("saved"), query_now("retired"));
    if !saved.is_empty() {
        let href = format!("{list}/{saved}?preview=1");
        return view! {
            <Notice tone=Tone::Ok>"Question saved. " <a href=href>"Preview it"</a></Notice>
        }
        .erase();
    }
    if retired.is_empty() {
        return ().erase();
    }
    let course = course.to_owned();
    view! {
        <Form form=retire class="row bank-undo">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="id" value=retired />
            <input type="hidden" name="retired" value="false" />
            <span role="status">"The question is retired. It no longer appears in new attempts."</span>
            <Button kind=ButtonKind::Quiet busy=retire.busy()>
                "Restore"
            </Button>
        </Form>
    }
    .erase()
}

fn tools(
    list: &str,
    query: &BankQuery,
    modules: Vec<(String, String)>,
    topics: Vec<(String, String)>,
) -> AnyView {
    let all = |text: &str, options: Vec<(String, String)>| {
        let mut all = vec![(String::new(), text.to_owned())];
        all.extend(options);
        all
    };
    let named = |name: &str, label: &str| (name.to_owned(), label.to_owned());
    let kinds = QuestionType::ALL.map(|kind| named(kind.name(), kind.label()));
    let purposes = QuestionPurpose::ALL.map(|purpose| named(purpose.name(), purpose.label()));
    let shows = vec![
        named("flagged", "Negative discrimination"),
        named("retired", "Retired"),
    ];
    view! {
        <form class="bank-tools" role="search" method="get" action=list.to_owned()>
            <label class="control">
                <span class="control-label">"Search questions"</span>
                <input class="input" type="search" name="q" value=query.q.clone() maxlength=SEARCH_CHARACTERS.to_string() />
            </label>
            <Select name="module" label="Module" value=query.module.clone() options=all("All", modules) />
            <Select name="topic" label="Topic" value=query.topic.clone() options=all("All", topics) />
            <Select name="kind" label="Type" value=query.kind.clone() options=all("All", kinds.to_vec()) />
            <Select name="purpose" label="Use in" value=query.purpose.clone() options=all("All", purposes.to_vec()) />
            <Select name="show" label="Show" value=query.show.clone() options=all("In use", shows) />
            <div class="row">
                <Button kind=ButtonKind::Secondary>"Search"</Button>
                <a href=list.to_owned()>"All questions"</a>
            </div>
        </form>
    }
    .erase()
}

fn empty(list: &str, is_filtered: bool) -> AnyView {
    let (title, text) = match is_filtered {
        true => (
            "No matching questions",
            "Try fewer filters, or view all questions.",
        ),
        false => (
            "This course has no questions yet",
            "Write the first one, or import questions from a file.",
        ),
    };
    let list = list.to_owned();
    view! {
        <EmptyState title=title text=text>
            <Button kind=ButtonKind::Secondary href=list>
                "All questions"
            </Button>
        </EmptyState>
    }
    .erase()
}

fn group(
    course: &str,
    query: &BankQuery,
    group: BankGroup,
    cut: (bool, bool),
    language: &Language,
) -> AnyView {
    let count = group.lines.len();
    let is_ordered = query.is_whole();
    let mut columns = vec![
        Column::new("Question"),
        Column::new("Type"),
        Column::new("Use in"),
        Column::new("Estimated difficulty").figures(),
        Column::new("First attempts").figures(),
        Column::new("Share correct").figures(),
        Column::new("Discrimination").figures(),
    ];
    if is_ordered {
        columns.push(Column::new("Order").silent());
    }
    let rows = group
        .lines
        .into_iter()
        .enumerate()
        .map(|(at, line)| {
            let ends = (at > 0 || cut.0, at + 1 < count || cut.1);
            let order = is_ordered.then(|| view! { <td>{order(&line, ends)}</td> });
            let row = row(course, line, language);
            view! { <tr>{row} {order}</tr> }
        })
        .collect_view();
    view! {
        <section class="stack bank-group">
            <h2>{group.title.clone()}</h2>
            <Table label=group.title columns=columns>
                {rows}
            </Table>
        </section>
    }
    .erase()
}

fn row(course: &str, line: BankLine, language: &Language) -> AnyView {
    let href = format!("{}/{}", Area::Questions.path(course), line.question);
    let (answers, facility, discrimination, is_flagged) = match line.figures {
        Some(figures) => (
            figures.answers.to_string(),
            figures.facility,
            figures.discrimination,
            figures.good_learners_fail,
        ),
        None => ("0".to_owned(), "–".to_owned(), "–".to_owned(), false),
    };
    view! {
        <td class="bank-prompt">
            <a href=href>{language.inline(line.prompt)}</a>
            <span class="row">
                {line.topic.map(|topic| view! { <span class="soft">{language.inline(topic)}</span> })}
                {is_flagged.then(|| view! { <Badge tone=Tone::Danger text="Negative discrimination" /> })}
                {line.is_retired.then(|| view! { <Badge text="Retired" /> })}
            </span>
        </td>
        <td>{line.kind.label()}</td>
        <td>{line.purpose.label()}</td>
        <td class="r">{line.difficulty.unwrap_or_else(|| "–".to_owned())}</td>
        <td class="r">{answers}</td>
        <td class="r">{facility}</td>
        <td class="r">{discrimination}</td>
    }
    .erase()
}

/// Buttons that move a question up and down. The page reloads after a move, and the same button
/// gets the focus.
fn order(line: &BankLine, (up, down): (bool, bool)) -> AnyView {
    let moved = query_now("moved");
    let button = |is_there: bool, name: &'static str, sign: &'static str| {
        let which = format!("{name}-{}", line.question);
        let label = format!("Move {name}: {}", line.prompt);
        let is_moved = moved == which;
        view! {
            <button class="btn quiet bank-move" name="which" value=which disabled=!is_there autofocus=is_moved aria-label=label>
                {sign}
            </button>
        }
    };
    view! { <span class="bank-order">{button(up, "up", "↑")} {button(down, "down", "↓")}</span> }
        .erase()
}
