//! Home of a cohort for its members: who is here, announcements, the project, and what is next.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::api::{HandIn, load_cohort_home, load_news};
use super::{
    BatchProject, CalendarAddress, CohortAnnouncement, CohortHome, DueLine, HandedIn, HomeBatch,
    HomeColdCall, HomeDate, HomeMessage, HomePerson, HomeSession, HomeStanding, LINK_CHARACTERS,
    NewsLine, NewsPage, SessionState, WORK_CHARACTERS, WorkComment,
};
use crate::platform::ui::{
    Avatar, Badge, Breadcrumbs, Button, ButtonKind, CopyField, EmptyState, Erase, Field, Form,
    FormState, Html, Notice, Page, TextArea, Tone, loaded, page_resource, path_part, query_value,
};

/// Announcements that are shown at once. The older ones are folded.
const OPEN_ANNOUNCEMENTS: usize = 3;

/// Page `/learn/COURSE/cohort`.
pub fn cohort_home_page() -> AnyView {
    let (course, cohort) = (path_part("course"), query_value("cohort"));
    let page = page_resource(
        move || (course.get(), cohort.get()),
        |(course, cohort)| load_cohort_home(course, cohort),
    );
    let form = FormState::of(HandIn::PATH);
    let done = query_value("done");
    let show = move |page: CohortHome| {
        view! {
            {move || outcome(&done.get())}
            {home(page, form)}
        }
        .erase()
    };
    view! { <Page title="Your cohort">{loaded(page, show)}</Page> }.erase()
}

/// Page `/learn/COURSE/news/all`.
pub fn course_news_page() -> AnyView {
    let course = path_part("course");
    let page = page_resource(move || course.get(), load_news);
    view! { <Page title="News">{loaded(page, news)}</Page> }.erase()
}

fn news(page: NewsPage) -> AnyView {
    let course = page.course_title.to_string();
    let trail = vec![
        (course.clone(), format!("/learn/{}", page.course_slug)),
        ("News".to_owned(), String::new()),
    ];
    view! {
        <Title text=format!("News · {course}") />
        <div class="wide cohort-home">
            <header>
                <Breadcrumbs trail=trail />
                <h1>"News"</h1>
            </header>
            {messages(page.messages)}
            {announcements(page.announcements)}
        </div>
    }
    .erase()
}

/// Says how the last act ended.
fn outcome(done: &str) -> Option<AnyView> {
    let (tone, said) = match done {
        "handed-in" => (
            Tone::Ok,
            "Your work is handed in. You can change it until the cohort ends.",
        ),
        "not-open" => (
            Tone::Warn,
            "This session cannot be joined now. It opens 15 minutes before its start.",
        ),
        _ => return None,
    };
    let notice = view! {
        <div class="wide cohort-done">
            <Notice tone=tone>{said}</Notice>
        </div>
    };
    Some(notice.erase())
}

fn home(page: CohortHome, form: FormState) -> AnyView {
    let slug = page.course_slug.clone();
    let course = page.course_title.to_string();
    let title = page.title.clone();
    let days = format!("{} ({})", page.days, page.time_zone);
    let (tone, state) = match &page.standing {
        HomeStanding::Before(_) => (Tone::Info, "Not started"),
        HomeStanding::Open => (Tone::Ok, "In progress"),
        HomeStanding::Ended => (Tone::Neutral, "Ended"),
    };
    let course_path = match page.standing {
        _ if page.is_preview => format!("/teach/{slug}"),
        HomeStanding::Before(_) => format!("/courses/{slug}"),
        HomeStanding::Open | HomeStanding::Ended => format!("/learn/{slug}"),
    };
    let said = match (&page.standing, page.is_preview) {
        (_, true) => Some("This is how members of batch 1 see the home of this cohort.".to_owned()),
        (HomeStanding::Before(day), _) => Some(format!(
            "Your cohort starts on {day}. The course opens to you then; until then, this is the place to see who else is here."
        )),
        (HomeStanding::Ended, _) => Some(
            "This cohort has ended. You can still read everything, but no longer post.".to_owned(),
        ),
        (HomeStanding::Open, _) => None,
    };
    let others = page.others.into_iter().map(|other| {
        view! {
            <p>
                <a href=other.path>{other.said}</a>
            </p>
        }
    });
    let has_begun = !matches!(page.standing, HomeStanding::Before(_));
    let progress = (has_begun && !page.is_preview).then(|| {
        let path = crate::paths::cohort_progress_path(&slug);
        view! { <a href=path>"Progress of the cohort"</a> }
    });
    let may_post = page.standing == HomeStanding::Open && !page.is_preview;
    let project = page
        .project
        .map(|project| self::project(project, &slug, may_post, form));
    view! {
        <Title text=format!("{title} · {course}") />
        <div class="wide cohort-home">
            <header>
                <Breadcrumbs trail=vec![(course, course_path), ("Cohort".to_owned(), String::new())] />
                <div class="row">
                    <h1>{title}</h1>
                    <Badge tone=tone text=state />
                </div>
                <p class="soft">{days} " " {progress}</p>
            </header>
            {said.map(|said| view! { <Notice>{said}</Notice> })}
            {others.collect_view()}
            <div class="home-cols">
                <div class="cohort-main">
                    {messages(page.messages)}
                    {due(page.due)}
                    {cold_calls(page.cold_calls)}
                    {sessions(page.sessions)}
                    {announcements(page.announcements)}
                    {project}
                    {lately(page.lately)}
                </div>
                <div class="cohort-side">
                    {dates(page.dates)}
                    {page.calendar.map(calendar)}
                    {people(page.batches, page.batch_no)}
                </div>
            </div>
        </div>
    }
    .erase()
}

fn due(lines: Vec<DueLine>) -> AnyView {
    if lines.is_empty() {
        return ().erase();
    }
    let lines = lines.into_iter().map(|line| {
        let title = match line.href {
            Some(href) => view! { <a href=href>{line.title}</a> }.erase(),
            None => line.title.erase(),
        };
        let said = match line.lock {
            Some(lock) => format!("opens {lock}"),
            None => line.said,
        };
        view! {
            <li>
                <b>{title}</b>
                <span class="soft">{said}</span>
            </li>
        }
    });
    view! {
        <section aria-labelledby="ly-due">
            <h2 class="section-title" id="ly-due">"Up next"</h2>
            <ol class="cohort-due">{lines.collect_view()}</ol>
        </section>
    }
    .erase()
}

fn cold_calls(calls: Vec<HomeColdCall>) -> AnyView {
    if calls.is_empty() {
        return ().erase();
    }
    let calls = calls.into_iter().map(cold_call).collect_view();
    view! {
        <section aria-labelledby="ly-cold-calls">
            <h2 class="section-title" id="ly-cold-calls">"This week’s cold calls"</h2>
            <ul class="cohort-calls">{calls}</ul>
        </section>
    }
    .erase()
}

fn cold_call(call: HomeColdCall) -> AnyView {
    let closes = call.closes.map(|(words, exactly)| {
        view! { <span class="soft">"Closes on " <time datetime=exactly>{words}</time></span> }
    });
    let state = match call.has_answered {
        true => view! { <Badge tone=Tone::Ok text="Answered" /> }.erase(),
        false => {
            let label = format!("Answer the cold call of {}", call.topic);
            view! {
                <a href=call.href.clone() aria-label=label>
                    "Answer"
                </a>
            }
            .erase()
        }
    };
    let topic = match call.has_answered {
        true => view! { <a href=call.href>{call.topic}</a> }.erase(),
        false => call.topic.erase(),
    };
    view! {
        <li>
            <b>{topic}</b>
            <p class="cohort-prompt">{call.prompt}</p>
            <div class="row">{state} {closes}</div>
        </li>
    }
    .erase()
}

/// Shows the next session that takes place, with canceled ones before it. The others are folded.
fn sessions(mut sessions: Vec<HomeSession>) -> AnyView {
    if sessions.is_empty() {
        return ().erase();
    }
    let next = sessions
        .iter()
        .position(|it| it.state != SessionState::Canceled);
    let later = sessions.split_off(next.map_or(sessions.len(), |next| next + 1));
    let more = match later.len() {
        1 => "1 more session".to_owned(),
        count => format!("{count} more sessions"),
    };
    let sessions = sessions.into_iter().map(session).collect_view();
    let later = (!later.is_empty()).then(|| {
        let later = later.into_iter().map(session).collect_view();
        view! {
            <details class="cohort-more">
                <summary>{more}</summary>
                <ol class="cohort-sessions">{later}</ol>
            </details>
        }
    });
    view! {
        <section aria-labelledby="ly-sessions">
            <h2 class="section-title" id="ly-sessions">"Live sessions"</h2>
            <ol class="cohort-sessions">{sessions}</ol>
            {later}
        </section>
    }
    .erase()
}

fn session(it: HomeSession) -> AnyView {
    let Html(notes) = it.notes;
    let (words, exactly) = it.when;
    let place = (!it.place.is_empty()).then(|| view! { <p>{it.place}</p> });
    let notes = (!notes.is_empty()).then(|| view! { <div class="prose" inner_html=notes></div> });
    let (badge, join) = match it.state {
        SessionState::Canceled => (
            Some(view! { <Badge tone=Tone::Warn text="Canceled" /> }.erase()),
            None,
        ),
        SessionState::Coming { has_link: false } => (None, None),
        SessionState::Coming { has_link: true } => (
            None,
            Some(
                view! { <p class="soft">"The link to join appears here 15 minutes before the start."</p> }
                    .erase(),
            ),
        ),
        SessionState::Open(href) => (
            None,
            Some(
                view! {
                    <a class="btn" href=href rel="external nofollow">
                        {format!("Join {}", it.title)}
                    </a>
                }
                .erase(),
            ),
        ),
    };
    view! {
        <li>
            <div class="row">
                <h3>{it.title.clone()}</h3>
                {badge}
            </div>
            <p class="soft">
                <time datetime=exactly>{words}</time>
            </p>
            {place}
            {notes}
            {join}
        </li>
    }
    .erase()
}

fn messages(messages: Vec<HomeMessage>) -> AnyView {
    if messages.is_empty() {
        return ().erase();
    }
    let messages = messages.into_iter().map(message).collect_view();
    view! {
        <section aria-labelledby="ly-messages">
            <h2 class="section-title" id="ly-messages">"Messages to you"</h2>
            {messages}
        </section>
    }
    .erase()
}

fn message(message: HomeMessage) -> AnyView {
    let (words, exactly) = message.at;
    let Html(body) = message.body;
    view! {
        <article class="cohort-announcement">
            <h3>{message.title}</h3>
            <p class="soft">
                {message.author} ", " <time datetime=exactly>{words}</time>
            </p>
            <div class="prose" inner_html=body></div>
        </article>
    }
    .erase()
}

/// Shows the newest announcements, and folds the others.
fn announcements(mut announcements: Vec<CohortAnnouncement>) -> AnyView {
    let older = announcements.split_off(announcements.len().min(OPEN_ANNOUNCEMENTS));
    let list = match announcements.is_empty() {
        true => view! { <p class="soft">"Nothing has been announced yet."</p> }.erase(),
        false => announcements
            .into_iter()
            .map(announcement)
            .collect_view()
            .erase(),
    };
    let more = match older.len() {
        1 => "1 older announcement".to_owned(),
        count => format!("{count} older announcements"),
    };
    let older = (!older.is_empty()).then(|| {
        let older = older.into_iter().map(announcement).collect_view();
        view! {
            <details class="cohort-more">
                <summary>{more}</summary>
                {older}
            </details>
        }
    });
    view! {
        <section aria-labelledby="ly-announcements">
            <h2 class="section-title" id="ly-announcements">"Announcements"</h2>
            {list}
            {older}
        </section>
    }
    .erase()
}

fn announcement(announcement: CohortAnnouncement) -> AnyView {
    let Html(body) = announcement.body;
    let (words, exactly) = announcement.at;
    view! {
        <article class="cohort-announcement">
            <h3>{announcement.title}</h3>
            <p class="soft">
                {announcement.author} ", " <time datetime=exactly>{words}</time>
            </p>
            <div class="prose" inner_html=body></div>
        </article>
    }
    .erase()
}

fn project(project: BatchProject, course: &str, may_post: bool, form: FormState) -> AnyView {
    let (Html(description), Html(notes)) = (project.description, project.notes);
    let notes = (!notes.is_empty()).then(|| {
        view! {
            <h3>"Notes"</h3>
            <div class="prose" inner_html=notes></div>
        }
    });
    let tagline =
        (!project.tagline.is_empty()).then(|| view! { <p class="lead">{project.tagline}</p> });
    let hand_in = may_post.then(|| hand_in(project.work.as_ref(), course, form));
    view! {
        <section class="cohort-project panel" aria-labelledby="ly-project">
            <span class="label">"Project of your batch"</span>
            <h2 id="ly-project">{project.title}</h2>
            {tagline}
            <div class="prose" inner_html=description></div>
            {notes}
            {project.work.map(work)}
            {hand_in}
        </section>
    }
    .erase()
}

fn work(work: HandedIn) -> AnyView {
    let (words, exactly) = work.at;
    let link = (!work.link.is_empty()).then(|| {
        view! {
            <p>
                <a href=work.link.clone() rel="nofollow noopener external">
                    {work.link.clone()}
                </a>
            </p>
        }
    });
    let body = (!work.body.is_empty()).then(|| view! { <p class="cohort-text">{work.body}</p> });
    view! {
        <div class="cohort-work">
            <h3>"Your work"</h3>
            <p class="soft">"Handed in " <time datetime=exactly>{words}</time></p>
            {link}
            {body}
            {work.comments.into_iter().map(comment).collect_view()}
        </div>
    }
    .erase()
}

/// A tutor's comment on a work.
pub fn comment(comment: WorkComment) -> AnyView {
    let (words, exactly) = comment.at;
    view! {
        <blockquote class="cohort-comment">
            <p class="cohort-text">{comment.body}</p>
            <footer class="soft">
                {comment.author} ", " <time datetime=exactly>{words}</time>
            </footer>
        </blockquote>
    }
    .erase()
}

fn hand_in(work: Option<&HandedIn>, course: &str, form: FormState) -> AnyView {
    let (link, body) = work.map_or_else(Default::default, |work| {
        (work.link.clone(), work.body.clone())
    });
    let (link, body) = (form.value("link", &link), form.value("text", &body));
    let label = match work {
        Some(_) => "Change your work",
        None => "Hand in your work",
    };
    let open = work.is_none() || !form.value("course", "").is_empty();
    let course = course.to_owned();
    view! {
        <details class="cohort-add" open=open>
            <summary>{label}</summary>
            <Form form=form>
                <input type="hidden" name="course" value=course />
                <Field
                    name="link"
                    label="Link"
                    r#type="url"
                    hint="For example a repository, a document or a video that your tutors can open."
                    value=link
                    error=form.error("link")
                    max_length=LINK_CHARACTERS
                    autocomplete="off"
                />
                <TextArea
                    name="text"
                    label="Text"
                    value=body
                    error=form.error("text")
                    max_length=WORK_CHARACTERS
                />
                <div class="row">
                    <Button kind=ButtonKind::Secondary busy=form.busy()>
                        "Hand in"
                    </Button>
                </div>
            </Form>
        </details>
    }
    .erase()
}

fn people(batches: Vec<HomeBatch>, own: i32) -> AnyView {
    if batches.is_empty() {
        return view! { <EmptyState title="Nobody here yet" text="Members appear here once they join." /> }
            .erase();
    }
    let is_one = batches.len() == 1;
    let groups = batches
        .into_iter()
        .map(|batch| {
            let heading = match (batch.batch_no == own, is_one) {
                (_, true) => None,
                (true, false) => Some(format!("Batch {} (yours)", batch.batch_no)),
                (false, false) => Some(format!("Batch {}", batch.batch_no)),
            };
            let people = batch.people.into_iter().map(person).collect_view();
            let more = match batch.more {
                0 => None,
                1 => Some("and 1 more".to_owned()),
                more => Some(format!("and {more} more")),
            };
            view! {
                {heading.map(|heading| view! { <h3 class="label">{heading}</h3> })}
                <ul class="cohort-people">{people}</ul>
                {more.map(|more| view! { <p class="soft">{more}</p> })}
            }
        })
        .collect_view();
    view! {
        <section class="cohort-here" aria-labelledby="ly-people">
            <h2 class="section-title" id="ly-people">"Who is here"</h2>
            {groups}
        </section>
    }
    .erase()
}

fn lately(news: Vec<NewsLine>) -> AnyView {
    if news.is_empty() {
        return ().erase();
    }
    let lines = news.into_iter().map(|line| {
        let (words, exactly) = line.at;
        view! {
            <li>
                <span>{line.said}</span>
                <time class="soft" datetime=exactly>
                    {words}
                </time>
            </li>
        }
    });
    view! {
        <section aria-labelledby="ly-lately">
            <h2 class="section-title" id="ly-lately">"Lately"</h2>
            <ul class="cohort-due">{lines.collect_view()}</ul>
        </section>
    }
    .erase()
}

fn dates(dates: Vec<HomeDate>) -> AnyView {
    if dates.is_empty() {
        return ().erase();
    }
    let lines = dates.into_iter().map(|date| {
        let (words, exactly) = date.when;
        view! {
            <li>
                <time class="soft" datetime=exactly>
                    {words}
                </time>
                <span>{date.said}</span>
            </li>
        }
    });
    view! {
        <section aria-labelledby="ly-dates">
            <h2 class="section-title" id="ly-dates">"Dates"</h2>
            <ol class="cohort-dates">{lines.collect_view()}</ol>
        </section>
    }
    .erase()
}

/// The address for calendar programs. The browser itself fetches it, because it is no page.
fn calendar(calendar: CalendarAddress) -> AnyView {
    let webcal = calendar.webcal();
    view! {
        <section class="stack" aria-labelledby="ly-calendar">
            <h2 class="section-title" id="ly-calendar">"Calendar"</h2>
            <p class="row">
                <a href=webcal rel="external">"Add to calendar"</a>
                <a href=calendar.path rel="external">"Calendar of your cohort"</a>
            </p>
            <CopyField id="ly-calendar-address" label="Address of your calendar" value=calendar.address />
            <p class="soft">
                "Your calendar program shows the cohort’s days, modules, exams and sessions from this address. It is yours alone: do not share it."
            </p>
        </section>
    }
    .erase()
}

fn person(person: HomePerson) -> AnyView {
    let me = person
        .is_me
        .then(|| view! { <span class="soft">" (you)"</span> });
    view! {
        <li>
            <Avatar name=person.name.clone() picture=person.picture.unwrap_or_default() />
            <span>{person.name} {me}</span>
        </li>
    }
    .erase()
}
