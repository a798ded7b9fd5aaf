//! Writes Markdown as HTML in the form that the style sheets expect. The result is not yet safe,
//! nor well-formed if authors wrote HTML. `tidy` and `sanitize` follow.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Write};

use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{AlertType, Node, NodeAlert, NodeLink, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, Options, parse_document};

use super::highlight::Budget;
use super::{Heading, dollars, escape, fence, math};

/// Depth of quotes from which a source gets no alerts.
const MAX_QUOTE_DEPTH: usize = 100;

pub(super) struct Document {
    pub html: String,
    pub headings: Vec<Heading>,
    pub is_one_paragraph: bool,
}

pub(super) fn to_html(source: &str) -> Document {
    let mut options = options();
    // The search for alerts in deep quotes takes time quadratic in the depth.
    options.extension.alerts = !source.contains(&">".repeat(MAX_QUOTE_DEPTH));
    let source = dollars::escape_prose(source, &options);
    let arena = Arena::new();
    let root = parse_document(&arena, &source, &options);
    let is_one_paragraph = root.first_child().is_some_and(|first| {
        matches!(first.data().value, NodeValue::Paragraph) && first.next_sibling().is_none()
    });
    let mut html = String::with_capacity(source.len() * 2);
    let plugins = Plugins::default();
    let state = format_document_with_formatter(
        root,
        &options,
        &mut html,
        &plugins,
        write_node,
        DocumentState::default(),
    );
    Document {
        html,
        // Writing to a String never fails.
        headings: state.unwrap_or_default().outline.headings,
        is_one_paragraph,
    }
}

pub(super) fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.autolink = true;
    options.extension.footnotes = true;
    options.extension.description_lists = true;
    options.extension.math_dollars = true;
    options.render.r#unsafe = true;
    options
}

fn write_node(
    context: &mut Context<DocumentState>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    match &node.data().value {
        NodeValue::Heading(heading) if entering => open_heading(context, node, heading.level)?,
        NodeValue::Heading(heading) => close_heading(context, heading.level)?,
        NodeValue::CodeBlock(block) if entering => {
            write_code(context, &block.info, &block.literal)?
        }
        NodeValue::Math(formula) if entering => {
            context.write_str(&math::render(&formula.literal, formula.display_math))?;
        }
        NodeValue::Alert(alert) if entering => open_callout(context, alert)?,
        NodeValue::Alert(_) => context.write_str("</aside>\n")?,
        NodeValue::Link(link) if entering => open_link(context, link)?,
        NodeValue::Link(_) => context.write_str("</a>")?,
        NodeValue::Image(image) if entering => {
            write!(context, "<img src=\"{}\" alt=\"", escape(&image.url))?;
            return Ok(ChildRendering::Plain);
        }
        NodeValue::Image(image) => write_title(context, image, "\" />")?,
        NodeValue::CodeBlock(_) | NodeValue::Math(_) => {}
        _ => return format_node_default(context, node, entering),
    }
    Ok(ChildRendering::HTML)
}

fn open_heading(context: &mut Context<DocumentState>, node: Node<'_>, level: u8) -> fmt::Result {
    let explicit = take_explicit_id(node);
    let text = node.collect_text().trim().to_owned();
    let id = context.user.outline.add(level, text, explicit);
    context.cr()?;
    write!(context, "<h{level} id=\"{}\">", escape(&id))
}

fn close_heading(context: &mut Context<DocumentState>, level: u8) -> fmt::Result {
    let headings = &context.user.outline.headings;
    if let Some(id) = headings.last().map(|heading| escape(&heading.id)) {
        write!(
            context,
            "<a class=\"anchor\" href=\"#{id}\" aria-label=\"Link to this section\">#</a>"
        )?;
    }
    writeln!(context, "</h{level}>")
}

fn write_code(context: &mut Context<DocumentState>, info: &str, code: &str) -> fmt::Result {
    context.cr()?;
    if info.trim() == "math" {
        writeln!(context, "<p>{}</p>", math::render(code.trim(), true))
    } else {
        let figure = fence::figure(info, code, &mut context.user.budget);
        writeln!(context, "{figure}")
    }
}

fn open_callout(context: &mut Context<DocumentState>, alert: &NodeAlert) -> fmt::Result {
    let tone = match alert.alert_type {
        AlertType::Note => "note",
        AlertType::Tip => "tip",
        AlertType::Important => "important",
        AlertType::Warning => "warning",
        AlertType::Caution => "caution",
    };
    let title = match &alert.title {
        Some(title) => escape(title),
        None => alert.alert_type.default_title().to_owned(),
    };
    context.cr()?;
    writeln!(
        context,
        "<aside class=\"callout {tone}\"><p class=\"callout-title\">{title}</p>"
    )
}

fn open_link(context: &mut Context<DocumentState>, link: &NodeLink) -> fmt::Result {
    write!(context, "<a href=\"{}", escape(&link.url))?;
    write_title(context, link, "\">")
}

/// Ends a tag whose last attribute value is still open, with the link's title if any.
fn write_title(context: &mut Context<DocumentState>, link: &NodeLink, end: &str) -> fmt::Result {
    if !link.title.is_empty() {
        write!(context, "\" title=\"{}", escape(&link.title))?;
    }
    context.write_str(end)
}

/// Removes `{#id}` from the end of a heading and returns the id in lowercase, like all heading ids.
/// mdBook and other tools write explicit ids this way.
fn take_explicit_id(heading: Node<'_>) -> Option<String> {
    let last = heading.last_child()?;
    let mut data = last.data_mut();
    let text = data.value.text_mut()?;
    let start = text.rfind("{#")?;
    let inside = text[start + 2..].trim_end().strip_suffix('}')?;
    let id = inside.split(char::is_whitespace).next()?.to_lowercase();
    let is_id = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
    if id.is_empty() || !id.chars().all(is_id) || inside.contains(['{', '}']) {
        return None;
    }
    let kept = text[..start].trim_end().to_owned();
    *text = kept.into();
    Some(id)
}

#[derive(Default)]
struct DocumentState {
    outline: Outline,
    budget: Budget,
}

/// The headings so far and the ids in use.
#[derive(Default)]
struct Outline {
    headings: Vec<Heading>,
    taken: HashSet<String>,
    /// Next number to try for an id that several headings share.
    next_suffix: HashMap<String, u32>,
}

impl Outline {
    fn add(&mut self, level: u8, text: String, explicit: Option<String>) -> String {
        let id = self.unique(explicit.unwrap_or_else(|| slug(&text)));
        self.headings.push(Heading {
            level,
            id: id.clone(),
            text,
        });
        id
    }

    fn unique(&mut self, id: String) -> String {
        // Ids with this prefix are reserved for the application.
        let id = match id.as_str() {
            "" => "section".to_owned(),
            reserved if reserved.to_lowercase().starts_with("ly-") => format!("section-{reserved}"),
            _ => id,
        };
        if self.taken.insert(id.clone()) {
            return id;
        }
        let suffix = self.next_suffix.entry(id.clone()).or_insert(1);
        loop {
            let numbered = format!("{id}-{suffix}");
            *suffix += 1;
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// Returns the id that GitHub and mdBook give a heading, so that links written for them work here.
fn slug(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            _ if c.is_whitespace() => Some('-'),
            '-' | '_' => Some(c),
            _ if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .flat_map(char::to_lowercase)
        .collect()
}
