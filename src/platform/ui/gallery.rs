//! The page `/_ui`, which shows every component in every state to developers.

use leptos::prelude::*;

use super::Erase;

use super::*;

/// Id, heading and specimens.
type GallerySection = (&'static str, &'static str, fn() -> AnyView);

const SECTIONS: [GallerySection; 15] = [
    ("type", "Type and color", type_and_color),
    ("buttons", "Buttons", buttons),
    ("fields", "Fields", fields),
    ("choices", "Choices", choices),
    ("overlays", "Dialog, menu and toasts", overlays),
    ("tabs", "Tabs and breadcrumbs", tabs),
    ("tables", "Tables", tables),
    ("pages", "Pagination", pages),
    ("marks", "Badges, meters and avatars", marks),
    ("notices", "Notices", notices),
    ("empty", "Empty and loading", empty_and_loading),
    ("icons", "Icons", icons),
    ("art", "Course art", art),
    ("topics", "States of a topic", topics),
    ("content", "Rendered content", content),
];

/// The content of the gallery page.
#[component]
pub fn UiGallery() -> impl IntoView {
    let links = SECTIONS
        .map(|(id, title, _)| view! { <a class="chip" href=format!("#{id}")>{title}</a> }.erase());
    let sections = SECTIONS.map(|(id, title, specimens)| {
        view! {
            <section id=id>
                <h2 class="section-title">{title}</h2>
                {specimens()}
            </section>
        }
        .erase()
    });
    view! {
        <div class="wide gallery">
            <header class="page-head">
                <h1>"Components"</h1>
                <span class="grow"></span>
                <ThemeToggle />
                <p class="lead">"Every component of the interface in every state. Pages use only these components."</p>
            </header>
            <nav class="chips" aria-label="Sections">
                {links.collect_view()}
            </nav>
            {sections.collect_view()}
        </div>
    }
    .erase()
}

fn shelf(specimens: AnyView) -> AnyView {
    view! { <div class="shelf">{specimens}</div> }.erase()
}

fn type_and_color() -> AnyView {
    view! {
        <div class="stack">
            <Wordmark />
            <h1>"A title in Source Serif"</h1>
            <h2>"A heading of a section"</h2>
            <h3>"A heading of a part"</h3>
            <p class="lead">"The lead of a page, in the reading face and soft ink."</p>
            <p>"Interface text, "<span class="soft">"soft"</span>", "<a href="#type">"a link"</a>", "<span class="num">"1,234"</span>" in tabular figures."</p>
            <p class="row">
                <span class="label">"A label"</span>
                <span class="ok">"fine"</span>
                <span class="warn">"watch this"</span>
                <span class="danger">"wrong"</span>
                <Kbd key="J" />
                <Kbd key="Esc" />
                <mark>"found"</mark>
            </p>
        </div>
    }
    .erase()
}

fn buttons() -> AnyView {
    let kinds = [
        (ButtonKind::Primary, "Enroll"),
        (ButtonKind::Secondary, "Preview"),
        (ButtonKind::Quiet, "Not now"),
        (ButtonKind::Danger, "Withdraw"),
    ];
    // (big, busy, disabled)
    let states = [
        (false, false, false),
        (true, false, false),
        (false, true, false),
        (false, false, true),
    ];
    let rows = states.map(|(big, busy, disabled)| {
        let row = kinds.map(|(kind, text)| {
            view! { <Button kind=kind big=big busy=busy disabled=disabled r#type="button">{text}</Button> }.erase()
        });
        shelf(row.collect_view().erase())
    });
    let links = kinds.map(|(kind, text)| {
        view! { <Button kind=kind href="#buttons">{text}" (link)"</Button> }.erase()
    });
    view! {
        {rows.collect_view()}
        {shelf(links.collect_view().erase())}
        <div class="shelf">
            <Button kind=ButtonKind::Secondary r#type="button"><Icon glyph=Glyph::Play />"Resume"</Button>
            <Button kind=ButtonKind::Quiet r#type="button" label="More"><Icon glyph=Glyph::More /></Button>
            <div class="chips" role="group" aria-label="Filter">
                <button class="chip" type="button" aria-pressed="true">"All"</button>
                <button class="chip" type="button" aria-pressed="false">"Open now"</button>
                <a class="chip" href="#buttons">"Free"</a>
            </div>
        </div>
    }
    .erase()
}

fn fields() -> AnyView {
    let reasons =
        ["Curiosity", "Work", "A new career"].map(|text| (text.to_lowercase(), text.to_string()));
    let wrong = || Some("That address has no @. Check it and send the form again.".to_string());
    view! {
        <div class="shelf fields">
            <Field name="name" label="Name" required=true autocomplete="name" />
            <Field name="mail" label="Email" r#type="email" required=true hint="We write only when you ask." value="asha@example.org" />
            <Field name="wrong" label="Email" r#type="email" required=true hint="We write only when you ask." value="asha.example.org" error=wrong() />
            <Field name="web" label="Web page" r#type="url" placeholder="https://" />
            <Field name="off" label="Username" value="asha" required=true disabled=true hint="Made from your name when you signed up." />
            <Select name="reason" label="Why are you here?" options=reasons.to_vec() value="work" />
            <TextArea name="about" label="About you" hint="Your cohort sees this." placeholder="A sentence or two." />
            <TextArea name="short" label="Answer" required=true value="Because." error=Some("Write a little more: at least 20 characters.".to_string()) />
            <label class="field">
                <Icon glyph=Glyph::Search />
                <input type="search" placeholder="What do you want to understand?" aria-label="Search courses" />
                <Kbd key="/" />
            </label>
        </div>
    }
    .erase()
}

fn choices() -> AnyView {
    view! {
        <div class="shelf fields">
            <fieldset class="stack">
                <legend class="control-label">"Write to me about"</legend>
                <Checkbox name="topics" value="replies" label="Replies to my answers" checked=true />
                <Checkbox name="topics" value="cohort" label="News of my cohorts" hint="At most once a week." />
                <Checkbox name="topics" value="none" label="Not available" disabled=true />
            </fieldset>
            <div class="stack">
                <Switch name="shortcuts" label="Keyboard shortcuts" hint="Press ? in the player to see them." checked=true />
                <Switch name="motion" label="Read aloud" />
                <Switch name="fixed" label="Set by your organization" checked=true disabled=true />
            </div>
        </div>
    }
    .erase()
}

fn overlays() -> AnyView {
    let toaster = Toaster::current();
    let say = Callback::new(move |_| toaster.say("Your place is kept."));
    let offer = Callback::new(move |_| toaster.offer("Marked as done.", "Next topic", "#overlays"));
    let fail =
        Callback::new(move |_| toaster.fail("Not saved: no connection. Your text is still here."));
    let foot = view! {
        <Button kind=ButtonKind::Secondary href="#ly-closed">"Stay"</Button>
        <Button kind=ButtonKind::Danger r#type="button">"Withdraw"</Button>
    };
    view! {
        <div class="shelf">
            <DialogButton opens="ly-sample" kind=ButtonKind::Secondary>"Withdraw from the course"</DialogButton>
            <DialogButton opens="ly-sample-keys" kind=ButtonKind::Quiet>"Keyboard shortcuts"</DialogButton>
            <Menu id="ly-sample-sort" trigger=view! { "Newest first" <Icon glyph=Glyph::ChevronDown /> }.erase()>
                <MenuItem href="#overlays" current=true>"Newest first"</MenuItem>
                <MenuItem href="#overlays">"By title"</MenuItem>
                <MenuItem href="#overlays">"Shortest first"</MenuItem>
            </Menu>
            <Menu id="ly-sample-account" class="account" label="Account" trigger=view! { <Avatar name="Asha Kumar" /> }.erase()>
                <p class="menu-head"><b>"Asha Kumar"</b><span class="soft">"asha@example.org"</span></p>
                <MenuItem href="#overlays"><Icon glyph=Glyph::User />"Profile and settings"</MenuItem>
                <div class="menu-row"><span>"Theme"</span><ThemeToggle /></div>
                <hr />
                <button class="menu-item" type="button">"Sign out"</button>
            </Menu>
            <Button kind=ButtonKind::Secondary r#type="button" on_click=say>"Say"</Button>
            <Button kind=ButtonKind::Secondary r#type="button" on_click=offer>"Offer"</Button>
            <Button kind=ButtonKind::Secondary r#type="button" on_click=fail>"Fail"</Button>
        </div>
        <Dialog id="ly-sample" title="Withdraw from this course?" foot=foot.erase()>
            <p>"Your progress is saved, and you can enroll again while the course is open."</p>
        </Dialog>
        <Dialog id="ly-sample-keys" title="Keyboard shortcuts">
            <dl class="keys">
                <div><dt><Kbd key="J" /></dt><dd>"Next topic"</dd></div>
                <div><dt><Kbd key="K" /></dt><dd>"Previous topic"</dd></div>
                <div><dt><Kbd key="Shift" /><Kbd key="D" /></dt><dd>"Mark as done"</dd></div>
            </dl>
        </Dialog>
    }
    .erase()
}

fn tabs() -> AnyView {
    let chosen = RwSignal::new(0);
    let buttons = ["Read", "Listen", "Watch"].map(|text| text.to_string());
    let buttons = buttons
        .into_iter()
        .enumerate()
        .map(|(at, text)| {
            let selected = Signal::derive(move || chosen.get() == at);
            let select = Callback::new(move |()| chosen.set(at));
            view! { <TabButton selected=selected controls="ly-sample-panel" on_select=select>{text}</TabButton> }
        })
        .collect_view();
    let trail = [
        ("Courses", "/courses"),
        ("The Rust Programming Language", "#tabs"),
        ("Ownership", ""),
    ];
    let trail = trail.map(|(text, href)| (text.to_string(), href.to_string()));
    view! {
        <div class="stack">
            <Breadcrumbs trail=trail.to_vec() />
            <Tabs label="Settings">
                <TabLink href="#tabs" current=true>"Profile"</TabLink>
                <TabLink href="#tabs">"Security"</TabLink>
                <TabLink href="#tabs">"Devices"</TabLink>
            </Tabs>
            <Tabs label="Ways to take it in" buttons=true>{buttons}</Tabs>
            <div id="ly-sample-panel" role="tabpanel" class="soft">"Panel " {move || chosen.get() + 1}</div>
        </div>
    }
    .erase()
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("Learner").sorted("#tables", Some(true)),
        Column::new("Status"),
        Column::new("Progress").figures().sorted("#tables", None),
        Column::new("Actions").silent(),
    ]
}

fn tables() -> AnyView {
    let people = [
        ("Asha Kumar", Tone::Danger, "Friction", "62%"),
        ("Jonas Meyer", Tone::Warn, "Drift", "48%"),
        ("Lena Okafor", Tone::Ok, "Engaged", "71%"),
    ];
    let rows = people.map(|(name, tone, status, progress)| {
        view! {
            <tr>
                <td><span class="who"><Avatar name=name /><a href="#tables">{name}</a></span></td>
                <td><Badge tone=tone text=status /></td>
                <td class="r">{progress}</td>
                <td class="r"><Button kind=ButtonKind::Quiet r#type="button" label=format!("More about {name}")><Icon glyph=Glyph::More /></Button></td>
            </tr>
        }
        .erase()
    });
    let none = view! { <EmptyState glyph=Glyph::User title="No learners yet" text="Learners who join the cohort appear here." /> };
    view! {
        <div class="stack">
            <div class="figs">
                <div><span class="label">"Engaged"</span><b class="num ok">"17"</b></div>
                <div><span class="label">"Drift"</span><b class="num warn">"5"</b></div>
                <div><span class="label">"On plan"</span><b class="num">"71%"</b></div>
            </div>
            <Table label="Learners" columns=columns()>{rows.collect_view()}</Table>
            <Table label="Learners, loading" columns=columns() loading=true />
            <Table label="Learners, none" columns=columns() empty=none.erase() />
        </div>
    }
    .erase()
}

fn pages() -> AnyView {
    view! {
        <div class="stack">
            <Pagination previous="#pages" next="#pages" />
            <Pagination next="#pages" />
            <Pagination previous="#pages" />
        </div>
    }
    .erase()
}

fn marks() -> AnyView {
    let tones = [
        (Tone::Neutral, "Draft"),
        (Tone::Info, "New"),
        (Tone::Ok, "Done"),
        (Tone::Warn, "Drift"),
        (Tone::Danger, "Overdue"),
    ];
    let badges = tones.map(|(tone, text)| view! { <Badge tone=tone text=text /> }.erase());
    let meters = [0_u8, 8, 41, 100].map(|percent| {
        view! {
            <div class="row"><span class="num soft">{percent}"%"</span><div class="grow"><Meter percent=percent label="Progress" /></div></div>
        }
        .erase()
    });
    view! {
        {shelf(badges.collect_view().erase())}
        <div class="shelf fields">{meters.collect_view()}</div>
        <div class="shelf">
            <Avatar name="Asha Kumar" />
            <Avatar name="Wei" />
            <Avatar name="" />
            <Avatar name="Meera Iyer" big=true />
        </div>
    }
    .erase()
}

fn notices() -> AnyView {
    view! {
        <div class="stack">
            <Notice>"You are reading a preview. Enroll to keep your place."</Notice>
            <Notice tone=Tone::Ok title="Address confirmed">"You are signed in."</Notice>
            <Notice tone=Tone::Warn title="The cohort ends on Friday">"After that, you can read it but not write in it."</Notice>
            <Notice tone=Tone::Danger title="Not saved">"There is no connection. Your text is still here. Send it again when the connection returns."</Notice>
        </div>
    }
    .erase()
}

fn empty_and_loading() -> AnyView {
    view! {
        <EmptyState glyph=Glyph::Search title="No course for “owenrship”" text="Try fewer words, or view all courses.">
            <Button kind=ButtonKind::Secondary href="#empty">"Show all courses"</Button>
        </EmptyState>
        <article class="course" aria-busy="true">
            <Skeleton kind=SkeletonKind::Picture />
            <div>
                <Skeleton kind=SkeletonKind::Title />
                <Skeleton />
                <Skeleton kind=SkeletonKind::Short />
            </div>
        </article>
    }
    .erase()
}

fn icons() -> AnyView {
    let icons = Glyph::ALL.map(|glyph| {
        view! { <span class="row"><Icon glyph=glyph /><span class="soft">{format!("{glyph:?}")}</span></span> }.erase()
    });
    shelf(icons.collect_view().erase())
}

fn art() -> AnyView {
    let slugs = [
        "rust-book",
        "sql-from-the-ground-up",
        "arguing-well",
        "systems-that-fail-well",
        "statistics",
        "reading-music",
        "typography",
    ];
    shelf(
        slugs
            .map(|slug| view! { <CourseArt slug=slug /> }.erase())
            .collect_view()
            .erase(),
    )
}

fn topics() -> AnyView {
    let states = [
        ("done", "What is ownership?", "22 min"),
        ("done quiz", "Quiz: 4.1 – 4.2", "92%"),
        ("half", "Fixing ownership errors", "31 min"),
        ("", "The slice type", "14 min"),
        ("quiz", "Quiz: 4.3 – 4.4", ""),
        ("lock", "Defining structs", "after quiz 4.4"),
    ];
    let rows = states.map(|(state, title, note)| {
        view! {
            <li class=format!("topic {state}")>
                <a href="#topics"><span class="g"></span><span>{title}</span><small class="num">{note}</small></a>
            </li>
        }
        .erase()
    });
    view! {
        <section class="syllabus">
            <details class="module" open>
                <summary><span class="module-no">"4"</span><span class="module-title">"Understanding ownership"</span><span class="soft num">"7 topics"</span></summary>
                <ol>{rows.collect_view()}</ol>
            </details>
        </section>
    }
    .erase()
}

fn content() -> AnyView {
    view! { <div class="prose" inner_html=include_str!("gallery_content.html")></div> }.erase()
}
