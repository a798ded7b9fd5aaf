//! The list of a course's questions, with its filters and the buttons that change the order and the
//! selected questions.

mod bulk;
mod groups;

use leptos::{prelude::*, server_fn};
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use self::groups::groups;
use crate::course::{QuestionPurpose, SEARCH_CHARACTERS};
use crate::platform::ids::QuestionId;
use crate::platform::ui::{
    Button, ButtonKind, EmptyState, Erase, Form, FormState, Notice, Page, Pagination, Select, Tone,
    loaded, page_resource, path_part, query_now, query_value,
};
use crate::question_bank::QuestionType;
use crate::question_bank::authoring::api::{
    ChangeQuestions, MoveQuestion, RetireQuestion, UndoQuestionChange, load_bank,
};
use crate::question_bank::authoring::{BankPage, BankQuery, BulkNotice};
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
    let changed = query_value("changed");
    let page = page_resource(
        move || (course.get(), query.get(), !changed.get().is_empty()),
        |(course, query, changed)| load_bank(course, query, changed),
    );
    let forms = BankForms {
        shift: FormState::of(MoveQuestion::PATH),
        change: FormState::of(ChangeQuestions::PATH),
        undo: FormState::of(UndoQuestionChange::PATH),
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
    change: FormState,
    undo: FormState,
    retire: FormState,
}

/// Hidden fields that lead back to this list.
fn way_back(course: &str, query: &BankQuery) -> AnyView {
    let fields = query.fields().map(|(name, value)| {
        let value = value.to_owned();
        (!value.is_empty())
            .then(|| view! { <input type="hidden" name=format!("query[{name}]") value=value /> })
    });
    let fields = fields.into_iter().collect_view();
    view! {
        <input type="hidden" name="course" value=course.to_owned() />
        {fields}
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
        false => groups(course, &query, &page, forms),
    };
    view! {
        {page.done.map(|done| changed(course, &query, done, forms.undo))}
        {outcome(course, &list, forms.retire)}
        <div class="row">
            <Button href=format!("{list}/new")>"Write a question"</Button>
            <Button kind=ButtonKind::Secondary href=format!("{list}/import")>
                "Import"
            </Button>
            {export(&list, &query)}
        </div>
        {tools(&list, &query, (page.modules, page.topics), count)}
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
        let href = format!("{list}/{saved}#preview");
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

/// Tells what was changed, with a button that takes it back.
fn changed(course: &str, query: &BankQuery, done: BulkNotice, undo: FormState) -> AnyView {
    let fields = way_back(course, query);
    view! {
        <Form form=undo class="row bank-undo">
            {fields}
            <span role="status">{done.said}</span>
            {done
                .can_undo
                .then(|| view! { <button class="btn quiet" autofocus>"Undo"</button> })}
        </Form>
    }
    .erase()
}

/// Values and texts of a select.
type SelectOptions = Vec<(String, String)>;

fn tools(
    list: &str,
    query: &BankQuery,
    (modules, topics): (SelectOptions, SelectOptions),
    count: String,
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
            <Select name="module" label="Module" required=false unmarked=true value=query.module.clone() options=all("All", modules) />
            <Select name="topic" label="Topic" required=false unmarked=true value=query.topic.clone() options=all("All", topics) />
            <Select name="kind" label="Type" required=false unmarked=true value=query.kind.clone() options=all("All", kinds.to_vec()) />
            <Select name="purpose" label="Use in" required=false unmarked=true value=query.purpose.clone() options=all("All", purposes.to_vec()) />
            <Select name="show" label="Show" required=false unmarked=true value=query.show.clone() options=all("In use", shows) />
            <div class="row">
                <Button kind=ButtonKind::Secondary>"Search"</Button>
                <a href=list.to_owned()>"All questions"</a>
                <span class="soft" role="status">
                    {count}
                </span>
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
