//! The list of notifications, the choice of mails, and the page that stops mails.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::api::{
    ReadAllNotifications, SaveNotificationChoices, StopMails, load_notification_choices,
    load_notifications,
};
use super::{NotificationChoices, NotificationLine, NotificationList};
use crate::auth::pages::settings_frame;
use crate::ui::{
    Button, ButtonKind, EmptyState, Erase, Form, FormState, Notice, Page, Pagination, Select, Tone,
    loaded, page_resource, path_part,
};

pub fn notifications_page() -> AnyView {
    let page = Memo::new(|_| {
        use_query_map().with(|query| query.get("page").and_then(|page| page.parse().ok()))
    });
    let list = page_resource(
        move || page.get().unwrap_or(0),
        |page: u32| load_notifications(page),
    );
    let read_all = FormState::of(ReadAllNotifications::PATH);
    view! {
        <Page title="Notifications">
            <div class="wide notifications">
                <h1>"Notifications"</h1>
                {loaded(list, move |list| shown(list, read_all))}
            </div>
        </Page>
    }
    .erase()
}

fn shown(list: NotificationList, read_all: FormState) -> AnyView {
    if list.lines.is_empty() && list.page == 0 {
        return view! {
            <EmptyState
                title="Nothing yet"
                text="Announcements, replies to you and dates that come near will be listed here."
            >
                <a class="btn second" href="/settings/notifications">
                    "Choose your mails"
                </a>
            </EmptyState>
        }
        .erase();
    }
    let all = list.has_unread.then(|| {
        view! {
            <Form form=read_all class="inline">
                <Button kind=ButtonKind::Secondary busy=read_all.busy()>
                    "Mark all as read"
                </Button>
            </Form>
        }
    });
    let path = |page: u32| match page {
        0 => "/notifications".to_owned(),
        page => format!("/notifications?page={page}"),
    };
    let previous = list.page.checked_sub(1).map(path).unwrap_or_default();
    let next = match list.has_more {
        true => path(list.page + 1),
        false => String::new(),
    };
    view! {
        <div class="row notifications-tools">
            {all} <a href="/settings/notifications">"Choose your mails"</a>
        </div>
        <ol class="notification-list">{list.lines.into_iter().map(line).collect_view()}</ol>
        <Pagination previous=previous next=next />
    }
    .erase()
}

fn line(line: NotificationLine) -> AnyView {
    let more = (line.events > 1).then(|| format!(" · {} more like this", line.events - 1));
    let unread = (!line.is_read).then(|| view! { <span class="vh">"Unread: "</span> });
    let body = (!line.body.is_empty()).then(|| view! { <span class="soft">{line.body}</span> });
    let (words, exact) = line.when;
    // The server marks it as read and redirects, so the browser loads the address as a whole.
    view! {
        <li class:unread=!line.is_read>
            <a href=line.href rel="external">
                <b>{unread} {line.title}</b>
                {body}
                <span class="soft">
                    <time datetime=exact.clone() title=exact>
                        {words}
                    </time>
                    {more}
                </span>
            </a>
        </li>
    }
    .erase()
}

pub fn notification_choices_page() -> AnyView {
    let choices = page_resource(|| (), |()| load_notification_choices());
    let save = FormState::of(SaveNotificationChoices::PATH);
    settings_frame(
        "Notifications",
        loaded(choices, move |choices| choices_form(choices, save)),
    )
}

fn choices_form(choices: NotificationChoices, save: FormState) -> AnyView {
    let fields = choices
        .mails
        .into_iter()
        .map(|(kind, frequency)| {
            let name = format!("mails[{}]", kind.name());
            let value = save.value(&name, frequency.name());
            let options: Vec<(String, String)> = kind
                .frequencies()
                .iter()
                .map(|frequency| (frequency.name().to_owned(), frequency.label().to_owned()))
                .collect();
            view! { <Select name=name label=kind.label() value=value options=options /> }
        })
        .collect_view();
    let (from, until) = match choices.quiet {
        Some((from, until)) => (from.to_string(), until.to_string()),
        None => Default::default(),
    };
    let hours: Vec<(String, String)> = std::iter::once((String::new(), "None".to_owned()))
        .chain((0..24).map(|hour| (hour.to_string(), format!("{hour:02}:00"))))
        .collect();
    view! {
        <p class="lead">
            "Everything is listed under " <a href="/notifications">"Notifications"</a>
            ". Here you choose what also comes by mail."
        </p>
        <Form form=save>
            <Show when=move || {
                save.done().get()
            }>{move || view! { <Notice tone=Tone::Ok>"Saved."</Notice> }}</Show>
            <section class="setting">
                <header>
                    <h2>"Mails"</h2>
                    <p class="soft">"Collected mails leave at 7 in the morning, weekly ones on Mondays. What you have read here before is left out."</p>
                </header>
                <div class="stack">{fields}</div>
            </section>
            <section class="setting">
                <header>
                    <h2>"Quiet hours"</h2>
                    <p class="soft">"No mails leave between these hours, in your time zone. They follow afterwards."</p>
                </header>
                <div class="stack">
                    <Select
                        name="quiet_from"
                        label="From"
                        value=save.value("quiet_from", &from)
                        options=hours.clone()
                        required=false
                        error=save.error("quiet_from")
                    />
                    <Select
                        name="quiet_until"
                        label="Until"
                        value=save.value("quiet_until", &until)
                        options=hours
                        required=false
                        error=save.error("quiet_until")
                    />
                </div>
            </section>
            <Button busy=save.busy()>"Save"</Button>
        </Form>
    }
    .erase()
}

/// Asks before it stops mails, because mail programs open the links in mails to examine them.
pub fn stop_mails_page() -> AnyView {
    let (key, which) = (path_part("key"), path_part("which"));
    let stop = FormState::of(StopMails::PATH);
    view! {
        <Page title="Stop these mails">
            <div class="entry">
                <h1>"Stop these mails"</h1>
                <Show
                    when=move || stop.done().get()
                    fallback=move || {
                        view! {
                            <p>"You will no longer get mails of this kind. Everything stays listed under Notifications."</p>
                            <Form form=stop>
                                <input type="hidden" name="key" value=key.get() />
                                <input type="hidden" name="which" value=which.get() />
                                <Button busy=stop.busy()>"Stop these mails"</Button>
                            </Form>
                        }
                    }
                >
                    <Notice tone=Tone::Ok>
                        "These mails are stopped. You can change this in your settings at any time."
                    </Notice>
                    <p>
                        <a href="/settings/notifications">"Choose your mails"</a>
                    </p>
                </Show>
            </div>
        </Page>
    }
    .erase()
}
