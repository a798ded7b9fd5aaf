//! The person's own settings, and the devices on which they are signed in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::password_hint;
use crate::auth::api::{
    ChangePassword, EndDevice, EndOtherDevices, UpdateProfile, devices, load_settings,
};
use crate::auth::{AccountSettings, Device, NAME_MAX, OWN_DATA};
use crate::ui::{
    Badge, Button, ButtonKind, Erase, Field, Form, FormState, Glyph, Icon, Notice, Page, Select,
    Tone, loaded, page_resource,
};

/// The frame of all settings pages.
pub fn settings_frame(title: &'static str, children: AnyView) -> AnyView {
    let link = move |href: &'static str, text: &'static str| {
        view! {
            <a href=href aria-current=(text == title).then_some("page")>
                {text}
            </a>
        }
    };
    view! {
        <Page title=format!("{title} · Settings")>
            <div class="wide settings">
                <nav class="side" aria-label="Settings">
                    {link("/settings", "Profile")}
                    {link("/settings/notifications", "Notifications")}
                    {link("/settings/devices", "Devices")}
                    {link(OWN_DATA, "Your data")}
                </nav>
                <div class="settings-main">
                    <h1>{title}</h1>
                    {children}
                </div>
            </div>
        </Page>
    }
    .erase()
}

pub fn settings_page() -> AnyView {
    let settings = page_resource(|| (), |()| load_settings());
    let profile = FormState::of(UpdateProfile::PATH);
    let password = FormState::of(ChangePassword::PATH);
    settings_frame(
        "Profile",
        loaded(settings, move |settings| forms(profile, password, settings)),
    )
}

fn forms(profile: FormState, password: FormState, settings: AccountSettings) -> AnyView {
    let zones = std::iter::once((String::new(), "Site default".to_owned()))
        .chain(
            settings
                .time_zones
                .into_iter()
                .map(|zone| (zone.clone(), zone.replace('_', " "))),
        )
        .collect::<Vec<_>>();
    let email = settings.email.clone();
    let zone = settings.time_zone.unwrap_or_default();
    view! {
        <section class="setting">
            <header>
                <h2>"About you"</h2>
                <p class="soft">"Your name as tutors and your cohort see it, and the time zone in which dates are shown."</p>
            </header>
            <Form form=profile>
                {profile.said("Saved.")}
                <Field
                    name="name"
                    label="Your name"
                    required=true
                    max_length=NAME_MAX
                    autocomplete="name"
                    value=profile.value("name", &settings.display_name)
                    error=profile.error("name")
                />
                <Select
                    name="time_zone"
                    label="Time zone"
                    value=profile.value("time_zone", &zone)
                    options=zones
                    required=false
                    error=profile.error("time_zone")
                />
                <p class="soft">"Email: " {settings.email} " · Username: " {settings.username}</p>
                <Button busy=profile.busy()>"Save"</Button>
            </Form>
        </section>
        <section class="setting">
            <header>
                <h2>"Password"</h2>
                <p class="soft">"Changing it signs you out on all other devices."</p>
            </header>
            <Form form=password>
                // Password managers need the user name to store the new password.
                <input type="text" autocomplete="username" value=email readonly hidden />
                {password.said("Your password is changed, and all other devices have been signed out.")}
                <Field
                    name="current_password"
                    label="Current password"
                    r#type="password"
                    autocomplete="current-password"
                    required=true
                    error=password.error("current_password")
                />
                <Field
                    name="new_password"
                    label="New password"
                    r#type="password"
                    hint=password_hint()
                    autocomplete="new-password"
                    required=true
                    error=password.error("new_password")
                />
                <Button busy=password.busy()>"Change password"</Button>
            </Form>
        </section>
    }
    .erase()
}

pub fn devices_page() -> AnyView {
    let known = page_resource(|| (), |()| devices());
    let end = FormState::of(EndDevice::PATH);
    let end_others = FormState::of(EndOtherDevices::PATH);
    let again = Callback::new(move |()| known.refetch());
    settings_frame(
        "Devices",
        loaded(known, move |devices| list(devices, end, end_others, again)),
    )
}

fn list(
    devices: Vec<Device>,
    end: FormState,
    end_others: FormState,
    again: Callback<()>,
) -> AnyView {
    let others = devices.iter().map(|device| device.sessions).sum::<usize>() > 1;
    view! {
        <p class="lead">"These devices are signed in to your account. If you don’t recognize one, sign it out and change your password."</p>
        {said(end, end_others)}
        {others
            .then(|| {
                view! {
                    <Form form=end_others class="inline" on_done=again>
                        <Button kind=ButtonKind::Secondary busy=end_others.busy()>
                            "Sign out everywhere else"
                        </Button>
                    </Form>
                }
            })}
        <ul class="devices">{devices.into_iter().map(|device| row(device, end, again)).collect_view()}</ul>
    }
    .erase()
}

/// Says what was done last. The button that did it is gone, so the focus moves here.
fn said(end: FormState, end_others: FormState) -> AnyView {
    let (one, others) = (end.done(), end_others.done());
    let text = move || match (one.get(), others.get()) {
        (_, true) => Some("Signed out everywhere else."),
        (true, false) => Some("Signed out."),
        (false, false) => None,
    };
    view! { {move || text().map(|text| view! { <Notice tone=Tone::Ok focused=true>{text}</Notice> })} }
        .erase()
}

fn row(device: Device, end: FormState, again: Callback<()>) -> AnyView {
    let sign_out = match (device.is_this_one, device.sessions) {
        (true, _) => format!("Sign out the other sessions of {}", device.name),
        (false, 1) => format!("Sign out {}", device.name),
        (false, count) => format!("Sign out {}, {count} sessions", device.name),
    };
    let sessions = (device.sessions > 1).then(|| format!(" · {} sessions", device.sessions));
    let phone = device.name.contains("Android") || device.name.contains("iPhone");
    let badge = device
        .is_this_one
        .then(|| view! { <Badge tone=Tone::Ok text="This device" /> });
    let action = (!device.is_this_one || device.sessions > 1).then(|| {
        view! {
            <Form form=end class="inline" on_done=again>
                <input type="hidden" name="web_session_id" value=device.web_session_id.to_string() />
                <Button kind=ButtonKind::Quiet label=sign_out>
                    {if device.is_this_one { "Sign out its other sessions" } else { "Sign out" }}
                </Button>
            </Form>
        }
    });
    view! {
        <li>
            <Icon glyph=if phone { Glyph::Phone } else { Glyph::Screen } />
            <div>
                <b>{device.name}</b>
                <span class="soft">
                    {device.address} " · active " <time datetime=device.last_seen_at.clone() title=device.last_seen_at>{device.last_seen}</time>
                    " · since " {device.signed_in} {sessions}
                </span>
            </div>
            <div class="device-end">{badge} {action}</div>
        </li>
    }
    .erase()
}
