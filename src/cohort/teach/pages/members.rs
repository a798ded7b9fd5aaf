//! Page of one cohort: its members, and what tutors do with them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::{counted, select, state, status};
use crate::cohort::MemberStatus;
use crate::cohort::teach::api::{AddCohortMember, ChangeMembers, load_cohort_members};
use crate::cohort::teach::home::{announcements_path, project_path};
use crate::cohort::teach::messages::Receivers;
use crate::cohort::teach::schedule::schedule_path;
use crate::cohort::teach::sessions::sessions_path;
use crate::cohort::teach::{
    CohortPage, LAST_BATCH, MEMBERS_ON_PAGE, MemberChange, MemberLine, MemberQuery,
    edit_cohort_path, member_list_path,
};
use crate::course::SEARCH_CHARACTERS;
use crate::paths::named_cohort_home_path;
use crate::platform::ids::CohortId;
use crate::platform::ui::{
    Badge, Button, ButtonKind, Column, EmptyState, Erase, Field, Form, FormState, Glyph, Icon,
    Notice, Page, Pagination, Select, Table, Tone, loaded, page_resource, path_part, query_value,
};
use crate::teaching::Area;
use crate::teaching::pages::{TeachHeading, frame_below};

/// Page `/teach/COURSE/cohorts/ID`.
pub fn cohort_members_page() -> AnyView {
    let (course, cohort) = (path_part("course"), path_part("cohort"));
    let query = Memo::new(|_| asked());
    let page = page_resource(
        move || (course.get(), cohort.get(), query.get()),
        |(course, cohort, query)| {
            let cohort = CohortId(cohort.parse().unwrap_or_default());
            load_cohort_members(course, cohort, query)
        },
    );
    let (done, count) = (query_value("done"), query_value("n"));
    let forms = MemberForms {
        add: FormState::of(AddCohortMember::PATH),
        change: FormState::of(ChangeMembers::PATH),
    };
    let show = move |page: CohortPage| {
        let course = course.get_untracked();
        let title = page.course_title.clone();
        let heading = TeachHeading::name(page.title.clone()).beside(state(page.state));
        let inside = view! {
            {move || notice(&done.get(), &count.get())}
            {members(page, &course, query.get_untracked(), forms)}
        };
        frame_below(&course, &title, Area::Cohorts, heading, inside.erase())
    };
    view! { <Page title="Cohort">{loaded(page, show)}</Page> }.erase()
}

#[derive(Clone, Copy)]
struct MemberForms {
    add: FormState,
    change: FormState,
}

/// Reads the query from the page's address.
fn asked() -> MemberQuery {
    use_query_map().with(|query| MemberQuery {
        q: query.get("q").unwrap_or_default().trim().to_owned(),
        status: MemberStatus::parse(&query.get("status").unwrap_or_default()),
        batch: query.get("batch").and_then(|batch| batch.parse().ok()),
        page: query
            .get("page")
            .and_then(|page| page.parse().ok())
            .map_or(0, |page: u32| page.saturating_sub(1)),
    })
}

/// Confirms the change that was just made.
fn notice(done: &str, count: &str) -> Option<AnyView> {
    let members = match count.parse() {
        Ok(count) => counted(count, "member was", "members were"),
        Err(_) => "The members were".to_owned(),
    };
    let said = match done {
        "saved" => "The cohort is saved.".to_owned(),
        "added" => "The person is a member now.".to_owned(),
        "moved-here" => "The person was moved here from another cohort.".to_owned(),
        "already-there" => "The person was a member already.".to_owned(),
        "batch" => format!("{members} put into another batch."),
        "move" => format!("{members} moved to the other cohort."),
        "pause" => format!("{members} paused."),
        "resume" => format!("{members} made active."),
        "remove" => format!("{members} removed."),
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Ok>{said}</Notice> }.erase())
}

fn members(page: CohortPage, course: &str, query: MemberQuery, forms: MemberForms) -> AnyView {
    let cohort = page.cohort_id;
    let facts = format!("{} ({})", page.days, page.time_zone);
    let on = |page| query.on_page(page).path(course, cohort);
    let previous = match query.page {
        0 => String::new(),
        page => on(page - 1),
    };
    let next = match (i64::from(query.page) + 1) * MEMBERS_ON_PAGE < page.total {
        true => on(query.page + 1),
        false => String::new(),
    };
    let total = counted(page.total, "member", "members");
    view! {
        <p class="soft">{facts}</p>
        <div class="row">
            <Button kind=ButtonKind::Secondary href=edit_cohort_path(course, cohort)>
                "Edit"
            </Button>
            <Button kind=ButtonKind::Secondary href=member_list_path(course, cohort, None)>
                "Upload a list"
            </Button>
            <Button kind=ButtonKind::Secondary href=schedule_path(course, cohort, "")>
                "Schedule"
            </Button>
            <Button kind=ButtonKind::Secondary href=sessions_path(course, cohort)>
                "Live sessions"
            </Button>
            <Button kind=ButtonKind::Secondary href=announcements_path(course, Some(cohort))>
                "Announcements"
            </Button>
            <Button kind=ButtonKind::Secondary href=project_path(course, cohort, 1)>
                "Projects"
            </Button>
            <Button kind=ButtonKind::Quiet href=named_cohort_home_path(course, cohort)>
                "View the home"
            </Button>
        </div>
        {add(course, cohort, forms.add)}
        {tools(&page, course, &query)}
        <p class="soft" role="status">
            {total}
        </p>
        {table(page, course, &query, forms.change)}
        <Pagination previous=previous next=next />
    }
    .erase()
}

fn add(course: &str, cohort: CohortId, form: FormState) -> AnyView {
    let was_sent = !form.value("course", "").is_empty();
    let course = course.to_owned();
    view! {
        <details class="cohort-add" open=was_sent>
            <summary>"Add a member"</summary>
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <input type="hidden" name="cohort" value=cohort.to_string() />
                <div class="exam-cols">
                    <Field
                        id="ly-add-email"
                        name="email"
                        label="Email"
                        r#type="email"
                        value=form.value("email", "")
                        error=form.error("email")
                        required=true
                        autocomplete="off"
                    />
                    <Field
                        id="ly-add-name"
                        name="name"
                        label="Name"
                        hint="Shown until an account with this address is confirmed."
                        value=form.value("name", "")
                        error=form.error("name")
                        autocomplete="off"
                    />
                    <Field
                        id="ly-add-batch"
                        name="batch"
                        label="Batch"
                        r#type="number"
                        value=form.value("batch", "")
                        error=form.error("batch")
                        autocomplete="off"
                    />
                </div>
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Add"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

fn tools(page: &CohortPage, course: &str, query: &MemberQuery) -> AnyView {
    let cohort = page.cohort_id;
    let filters = std::iter::once(None).chain(MemberStatus::ALL.map(Some));
    let chips = filters.map(|status| {
        let href = MemberQuery {
            status,
            page: 0,
            ..query.clone()
        }
        .path(course, cohort);
        let here = query.status == status;
        view! {
            <a class="chip" href=href aria-current=here.then_some("true")>
                {status.map_or("All but removed", MemberStatus::label)}
            </a>
        }
    });
    let status = query.status.map(MemberStatus::name);
    let may_write = page.total > 0 && query.status != Some(MemberStatus::Removed);
    let write = may_write.then(|| {
        let href = Receivers::listed(query).path(course, cohort);
        view! {
            <Button kind=ButtonKind::Secondary href=href>
                "Write to these members"
            </Button>
        }
    });
    let action = MemberQuery::default().path(course, cohort);
    view! {
        <form class="tools" role="search" method="get" action=action>
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    name="q"
                    value=query.q.clone()
                    maxlength=SEARCH_CHARACTERS.to_string()
                    placeholder="Name or email"
                    aria-label="Search members"
                />
            </label>
            {status.map(|status| view! { <input type="hidden" name="status" value=status /> })}
            {batches(&page.batches, query.batch)}
            <Button kind=ButtonKind::Secondary>"Search"</Button>
            <div class="chips" role="group" aria-label="Filter">
                {chips.collect_view()}
            </div>
            {write}
        </form>
    }
    .erase()
}

/// Choice of a batch, if there are several.
fn batches(batches: &[i32], chosen: Option<i32>) -> AnyView {
    if batches.len() < 2 {
        return ().erase();
    }
    let options = batches.iter().map(|&batch| {
        view! {
            <option value=batch.to_string() selected=chosen == Some(batch)>
                {format!("Batch {batch}")}
            </option>
        }
    });
    let options = options.collect_view();
    view! {
        <div class="select">
            <select class="input" name="batch" aria-label="Batch of the members">
                <option value="">"All batches"</option>
                {options}
            </select>
            <Icon glyph=Glyph::ChevronDown />
        </div>
    }
    .erase()
}

fn table(page: CohortPage, course: &str, query: &MemberQuery, form: FormState) -> AnyView {
    if page.members.is_empty() {
        let is_all = query.q.is_empty() && query.status.is_none() && query.batch.is_none();
        let (title, text) = match is_all {
            true => (
                "No members yet",
                "Add people one by one, or upload a list from a spreadsheet.",
            ),
            false => (
                "No members found",
                "Try a different search, or another filter.",
            ),
        };
        return view! { <EmptyState glyph=Glyph::User title=title text=text /> }.erase();
    }
    let columns = vec![
        Column::new("Select").silent(),
        Column::new("Member"),
        Column::new("Batch").figures(),
        Column::new("Status"),
        Column::new("Account"),
        Column::new("Progress").figures(),
    ];
    let ids: Vec<String> = (page.members.iter())
        .map(|member| member.member_id.to_string())
        .collect();
    let rows = page
        .members
        .into_iter()
        .map(|member| row(member, course, page.cohort_id))
        .collect_view();
    let cohort = page.cohort_id.to_string();
    let course = course.to_owned();
    view! {
        <Form form=form class="stack cohort-members">
            <input type="hidden" name="course" value=course />
            <input type="hidden" name="cohort" value=cohort />
            <div class="stack" on:change=move |event| select::changed(&event)>
                {select_all(&ids)}
                <Table label="Members" columns=columns stacks=true>
                    {rows}
                </Table>
            </div>
            {changes(form, page.others)}
        </Form>
    }
    .erase()
}

/// A box that selects all members of the page, also without scripts.
fn select_all(ids: &[String]) -> AnyView {
    let said = match ids.len() {
        1 => "Select the member on this page".to_owned(),
        count => format!("Select all {count} on this page"),
    };
    view! {
        <div class="cohort-select">
            <label class="check">
                <input class="cohort-all" type="checkbox" name="all" value=ids.join(",") />
                <span>{said}</span>
            </label>
        </div>
    }
    .erase()
}

fn row(member: MemberLine, course: &str, cohort: CohortId) -> AnyView {
    let write = (member.status != MemberStatus::Removed).then(|| {
        let href = Receivers::one(member.member_id).path(course, cohort);
        let whom = match member.name.is_empty() {
            true => &member.email,
            false => &member.name,
        };
        view! {
            <a href=href aria-label=format!("Write to {whom}")>
                "Write"
            </a>
        }
    });
    let said = match member.name.is_empty() {
        true => member.email.clone(),
        false => member.name.clone(),
    };
    let schedule = view! {
        <a href=schedule_path(course, cohort, &member.email) aria-label=format!("Schedule of {said}")>
            "Schedule"
        </a>
    };
    let name = match (&member.username, member.name.is_empty()) {
        (Some(username), _) => {
            let href = format!("{}/learners/{username}", Area::Learners.path(course));
            view! { <a href=href>{said.clone()}</a> }.erase()
        }
        (None, false) => said.clone().erase(),
        (None, true) => view! { <span class="soft">"No name yet"</span> }.erase(),
    };
    let account = match member.username.is_some() {
        true => view! { <Badge tone=Tone::Ok text="Linked" /> }.erase(),
        false => view! { <span class="soft">"None yet"</span> }.erase(),
    };
    view! {
        <tr>
            <td>
                <input type="checkbox" name="members[]" value=member.member_id.to_string() aria-label=format!("Select {said}") />
            </td>
            <th scope="row">
                {name}
                <span class="soft cohort-email">{member.email}</span>
                <span class="cohort-links">{write} {schedule}</span>
            </th>
            <td class="r" data-label="Batch">
                {member.batch_no}
            </td>
            <td>{status(member.status)}</td>
            <td data-label="Account">{account}</td>
            <td class="r" data-label="Progress">
                {member.done.map_or("–".to_owned(), |done| format!("{done}%"))}
            </td>
        </tr>
    }
    .erase()
}

/// Fields that say how to change the selected members.
fn changes(form: FormState, others: Vec<(String, String)>) -> AnyView {
    let moves = !others.is_empty();
    let offered = MemberChange::ALL
        .into_iter()
        .filter(|change| moves || *change != MemberChange::Move);
    let offered = offered.map(|change| (change.name().to_owned(), change.label().to_owned()));
    let other = moves.then(|| {
        view! {
            <Select
                id="ly-change-to"
                name="to"
                label="Cohort"
                value=form.value("to", "")
                options=others
                error=form.error("to")
                hint="For moving."
            />
        }
    });
    view! {
        <fieldset class="cohort-change">
            <legend class="label">"Selected members"</legend>
            <div class="exam-cols">
                <Select
                    id="ly-change"
                    name="change"
                    label="Change"
                    value=form.value("change", "")
                    options=offered.collect()
                    error=form.error("change")
                />
                <Field
                    id="ly-change-batch"
                    name="batch"
                    label="Batch"
                    r#type="number"
                    value=form.value("batch", "")
                    hint=format!("For putting into a batch, 1 to {LAST_BATCH}.")
                    error=form.error("batch")
                    autocomplete="off"
                />
                {other}
            </div>
            <div class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Apply to selected"
                </Button>
            </div>
        </fieldset>
    }
    .erase()
}
