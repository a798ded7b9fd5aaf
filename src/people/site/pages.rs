//! Page `/admin/site`: the settings of the site.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{RemoveLogo, SaveSiteSettings, load_site_settings};
use super::cms::SITE_PAGES;
use super::mail_texts::MAIL_TEXTS;
use super::{
    AccentTheme, HEADLINE_CHARACTERS, INTRODUCTION_CHARACTERS, LOGO_BYTES, LOGO_UPLOAD, Rgb,
    SENDER_CHARACTERS, SITE_NAME_CHARACTERS, SiteForm, SiteSettingsPage,
};
use crate::authoring::LANGUAGES;
use crate::catalog::pages::{HEADLINE, INTRODUCTION};
use crate::people::AdminArea;
use crate::people::pages::frame;
use crate::platform::figures;
use crate::platform::ui::{
    Button, ButtonKind, Erase, Field, Form, FormState, Notice, Page, Select, TextArea, Tone,
    check_file_size, loaded, page_resource, query_now,
};

pub fn site_settings_page() -> AnyView {
    let page = page_resource(|| (), |()| load_site_settings());
    let (save, remove) = (
        FormState::of(SaveSiteSettings::PATH),
        FormState::of(RemoveLogo::PATH),
    );
    let show = move |page: SiteSettingsPage| {
        let inside = view! {
            {done()}
            <p>
                <a href=SITE_PAGES>"Pages of the site"</a>
                ", such as an imprint, and the navigation. "
                <a href=MAIL_TEXTS>"Texts of mails"</a>
            </p>
            {settings(&page, save)}
            {logo(&page, remove)}
        };
        frame(AdminArea::Site, inside.erase())
    };
    view! { <Page title="Site">{loaded(page, show)}</Page> }.erase()
}

fn done() -> Option<AnyView> {
    let text = match query_now("done").as_str() {
        "saved" => "Saved. The site shows it now.",
        "logo" => "The logo is changed.",
        _ => return None,
    };
    Some(view! { <Notice tone=Tone::Ok>{text}</Notice> }.erase())
}

fn settings(page: &SiteSettingsPage, form: FormState) -> AnyView {
    let set = &page.form;
    let about = about(set, &page.time_zones, form);
    let landing = landing(set, form);
    let colors = colors(set, form);
    let mails = mails(set, &page.usual_sender, form);
    let knowledge = knowledge(set, form);
    view! {
        <Form form=form class="stack course-form">
            {about}
            {landing}
            {colors}
            {mails}
            {knowledge}
            <div class="form-foot">
                <Button busy=form.busy()>"Save"</Button>
            </div>
        </Form>
    }
    .erase()
}

fn about(set: &SiteForm, time_zones: &[String], form: FormState) -> AnyView {
    let same = |text: &String| (text.clone(), text.clone());
    let zones: Vec<_> = time_zones.iter().map(same).collect();
    let languages = LANGUAGES
        .iter()
        .map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned()))
        .collect::<Vec<_>>();
    view! {
        <Field
            id="ly-name"
            name="form[name]"
            label="Name of the site"
            hint="Shown at the top of each page, in mails and on certificates that are issued from now on."
            value=form.value("form[name]", &set.name)
            error=form.error("name")
            max_length=SITE_NAME_CHARACTERS
            required=true
            autocomplete="off"
        />
        <Select
            id="ly-time-zone"
            name="form[time_zone]"
            label="Time zone"
            hint="For visitors, and for people who have not chosen their own."
            value=form.value("form[time_zone]", &set.time_zone)
            options=zones
            error=form.error("time_zone")
        />
        <Select
            id="ly-language"
            name="form[language]"
            label="Language"
            hint="The language of the texts below, of the site’s pages and of new courses."
            value=form.value("form[language]", &set.language)
            options=languages
            error=form.error("language")
        />
    }
    .erase()
}

fn landing(set: &SiteForm, form: FormState) -> AnyView {
    view! {
        <h2>"Landing page"</h2>
        <Field
            id="ly-headline"
            name="form[headline]"
            label="Headline"
            value=form.value("form[headline]", &set.headline)
            error=form.error("headline")
            placeholder=HEADLINE
            max_length=HEADLINE_CHARACTERS
            autocomplete="off"
        />
        <TextArea
            id="ly-introduction"
            name="form[introduction]"
            label="Introduction"
            hint="One or two sentences."
            value=form.value("form[introduction]", &set.introduction)
            error=form.error("introduction")
            placeholder=INTRODUCTION
            max_length=INTRODUCTION_CHARACTERS
        />
    }
    .erase()
}

fn colors(set: &SiteForm, form: FormState) -> AnyView {
    view! {
        <h2>"Colors"</h2>
        <p class="soft">
            "The color of marks and of marked texts. Texts must stay readable, so a color with too little contrast is refused. Leave both empty for the usual colors."
        </p>
        <div class="exam-cols">
            {color("Accent on light pages", "accent_light", &set.accent_light, AccentTheme::Light, form)}
            {color("Accent on dark pages", "accent_dark", &set.accent_dark, AccentTheme::Dark, form)}
        </div>
    }
    .erase()
}

/// A field for a color, which is judged as it is typed.
fn color(
    label: &'static str,
    name: &'static str,
    set: &str,
    theme: AccentTheme,
    form: FormState,
) -> AnyView {
    let field = format!("form[{name}]");
    let value = form.value(&field, set);
    let typed = RwSignal::new(value.clone());
    let fill = move || typed.with(|typed| Rgb::parse(typed)).map(Rgb::hex);
    let said = move || {
        typed
            .with(|typed| theme.verdict(typed))
            .unwrap_or_else(|sentence| sentence)
    };
    view! {
        <div class="stack" on:input=move |event| typed.set(event_target_value(&event))>
            <Field
                id=format!("ly-{name}")
                name=field
                label=label
                value=value
                error=form.error(name)
                placeholder="#7e5209"
                max_length=7
                autocomplete="off"
            />
            <p class="soft site-color" role="status">
                <svg class="site-swatch" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                    <rect width="16" height="16" rx="4" fill=move || fill().unwrap_or_else(|| "none".to_owned()) />
                </svg>
                <span>{said}</span>
            </p>
        </div>
    }
    .erase()
}

fn mails(set: &SiteForm, usual: &str, form: FormState) -> AnyView {
    view! {
        <h2>"Mails"</h2>
        <Field
            id="ly-sender"
            name="form[mail_sender]"
            label="Name of the sender"
            value=form.value("form[mail_sender]", &set.mail_sender)
            error=form.error("mail_sender")
            placeholder=usual
            max_length=SENDER_CHARACTERS
            autocomplete="off"
        />
        <Field
            id="ly-reply-to"
            name="form[mail_reply_to]"
            label="Address for answers"
            r#type="email"
            hint="Answers to mails go there."
            value=form.value("form[mail_reply_to]", &set.mail_reply_to)
            error=form.error("mail_reply_to")
            autocomplete="off"
        />
    }
    .erase()
}

fn knowledge(set: &SiteForm, form: FormState) -> AnyView {
    let level = |name: &'static str, label: &'static str, hint: &'static str, stored: &str| {
        let field = format!("form[{name}]");
        view! {
            <Field
                id=format!("ly-{name}")
                value=form.value(&field, stored)
                name=field
                label=label
                hint=hint
                error=form.error(name)
                max_length=2
                autocomplete="off"
            />
        }
    };
    view! {
        <h2>"What learners know"</h2>
        <div class="exam-cols">
            {level("mastered_from", "Mastered from", "Level in percent.", &set.mastered_from)}
            {level("gap_below", "A gap below", "Level in percent.", &set.gap_below)}
        </div>
    }
    .erase()
}

fn logo(page: &SiteSettingsPage, form: FormState) -> AnyView {
    let hint = format!(
        "PNG, JPEG or WebP, at most {}. It is shown 28 pixels high.",
        figures::megabytes(LOGO_BYTES)
    );
    let problem = page.logo_problem.clone().map(|problem| {
        view! {
            <Notice tone=Tone::Danger title="The logo was not changed">
                {problem}
            </Notice>
        }
    });
    let remove = page.has_logo.then(|| {
        view! {
            <Form form=form class="row">
                <Button kind=ButtonKind::Secondary busy=form.busy()>
                    "Remove the logo"
                </Button>
            </Form>
        }
    });
    view! {
        <section class="stack" aria-labelledby="ly-logo">
            <h2 id="ly-logo">"Logo"</h2>
            {problem}
            <form class="stack course-form" method="post" action=LOGO_UPLOAD enctype="multipart/form-data">
                <div class="control">
                    <label class="control-label" for="ly-file">
                        "Picture"
                    </label>
                    <input class="input" id="ly-file" type="file" name="file" accept="image/png,image/jpeg,image/webp" aria-describedby="ly-file-hint" required on:change=|event| check_file_size(&event, LOGO_BYTES) />
                    <p class="hint" id="ly-file-hint">
                        {hint}
                    </p>
                </div>
                <div>
                    <Button kind=ButtonKind::Secondary>"Upload"</Button>
                </div>
            </form>
            {remove}
        </section>
    }
    .erase()
}
