//! Charts as SVG, drawn on the server. Each value takes the focus and is told in words, and a page
//! that shows a chart has a table of the same figures.
//!
//! Bars and two lines are simple enough to need no library: those that draw SVG bring an image
//! renderer or a script for the browser, and none of them makes its marks focusable.

use std::fmt::Write as _;

use super::markdown::escape;
use super::ui::Html;

/// Sizes, in the charts' own units.
const BAR: i64 = 36;
const STEP: i64 = 56;
const TOP: i64 = 24;
const HEIGHT: i64 = 120;
const BOTTOM: i64 = 24;

/// A bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Stands below the bar.
    pub short: String,
    /// The exact value in words, such as "Week of 9 March 2026: 3 h".
    pub said: String,
    /// Stands above the bar unless it is 0.
    pub value: i64,
    /// True for the bar that concerns the reader.
    pub is_marked: bool,
}

/// Draws bars from left to right.
pub fn bars(label: &str, bars: &[Bar]) -> Html {
    let most = bars.iter().map(|bar| bar.value).max().unwrap_or(0).max(1);
    let mut svg = opened(label, bars.len());
    let base = TOP + HEIGHT;
    for (bar, at) in bars.iter().zip(0_i64..) {
        let tall = HEIGHT * bar.value.max(0) / most;
        let (left, top) = (at * STEP + (STEP - BAR) / 2, base - tall);
        open_value(&mut svg, at, &bar.said);
        let class = match bar.is_marked {
            true => "chart-bar chart-mine",
            false => "chart-bar",
        };
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{BAR}\" height=\"{tall}\"/>"
        );
        if bar.value > 0 {
            text(
                &mut svg,
                "",
                left + BAR / 2,
                top - 6,
                &bar.value.to_string(),
            );
        }
        close_value(&mut svg, at, &bar.short);
    }
    svg.push_str("</svg>");
    Html(svg)
}

/// A place on the horizontal axis of a chart of lines. Values are percent.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartPlace {
    /// Stands below the axis.
    pub short: String,
    /// The exact values in words, such as "Week 3: 24% done, 30% planned".
    pub said: String,
    /// None where the line has not arrived yet.
    pub value: Option<f64>,
    /// The value of the second, dashed line.
    pub planned: Option<f64>,
}

/// Draws a line of values and a dashed one of what was planned, from 0 to 100 percent.
pub fn lines(label: &str, places: &[ChartPlace]) -> Html {
    let mut svg = opened(label, places.len());
    let drawn = [
        (
            "chart-plan",
            places.iter().map(|place| place.planned).collect(),
        ),
        (
            "chart-line",
            places.iter().map(|place| place.value).collect(),
        ),
    ];
    let drawn: [(&str, Vec<Option<f64>>); 2] = drawn;
    for (class, values) in &drawn {
        let points: Vec<String> = (0_i64..)
            .zip(values)
            .filter_map(|(at, value)| {
                Some(format!("{},{}", middle(at), height(*(value.as_ref())?)))
            })
            .collect();
        if points.len() > 1 {
            let points = points.join(" ");
            let _ = write!(svg, "<polyline class=\"{class}\" points=\"{points}\"/>");
        }
    }
    for (place, at) in places.iter().zip(0_i64..) {
        open_value(&mut svg, at, &place.said);
        if let Some(value) = place.value {
            let (x, y) = (middle(at), height(value));
            let _ = write!(
                svg,
                "<circle class=\"chart-point\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/>"
            );
            text(&mut svg, "", x, y - 10, &format!("{value:.0}%"));
        }
        close_value(&mut svg, at, &place.short);
    }
    svg.push_str("</svg>");
    Html(svg)
}

fn middle(at: i64) -> i64 {
    at * STEP + STEP / 2
}

/// The place of a percentage on the vertical axis.
fn height(percent: f64) -> i64 {
    let share = percent.clamp(0.0, 100.0) / 100.0;
    // At most the height of the chart.
    #[allow(clippy::cast_possible_truncation)]
    let tall = (share * HEIGHT as f64).round() as i64;
    TOP + HEIGHT - tall
}

fn opened(label: &str, count: usize) -> String {
    let count = i64::try_from(count).unwrap_or_default();
    let (width, height) = (count * STEP, TOP + HEIGHT + BOTTOM);
    let (label, base) = (escape(label), TOP + HEIGHT);
    format!(
        "<svg class=\"chart\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"{label}\">\
         <line class=\"chart-base\" x1=\"0\" y1=\"{base}\" x2=\"{width}\" y2=\"{base}\"/>"
    )
}

fn open_value(svg: &mut String, at: i64, said: &str) {
    let (said, height) = (escape(said), TOP + HEIGHT + BOTTOM);
    let _ = write!(
        svg,
        "<g class=\"chart-value\" tabindex=\"0\" role=\"img\" aria-label=\"{said}\"><title>{said}</title>\
         <rect class=\"chart-area\" x=\"{}\" y=\"0\" width=\"{STEP}\" height=\"{height}\"/>",
        at * STEP,
    );
}

fn close_value(svg: &mut String, at: i64, short: &str) {
    text(svg, "chart-under", middle(at), TOP + HEIGHT + 17, short);
    svg.push_str("</g>");
}

fn text(svg: &mut String, class: &str, x: i64, y: i64, words: &str) {
    let class = match class {
        "" => String::new(),
        class => format!(" class=\"{class}\""),
    };
    let words = escape(words);
    let _ = write!(
        svg,
        "<text{class} x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{words}</text>"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(value: Option<f64>) -> ChartPlace {
        ChartPlace {
            short: "1".to_owned(),
            said: "Week 1: <so> much".to_owned(),
            value,
            planned: Some(50.0),
        }
    }

    #[test]
    fn each_value_is_told_in_words_and_takes_the_focus() {
        let bar = |value| Bar {
            short: "9 Mar".to_owned(),
            said: format!("{value} \"minutes\""),
            value,
            is_marked: value == 0,
        };
        let Html(svg) = bars("Time", &[bar(0), bar(30), bar(90)]);
        assert_eq!(svg.matches("tabindex=\"0\" role=\"img\"").count(), 3);
        assert!(
            svg.contains("aria-label=\"90 &quot;minutes&quot;\""),
            "{svg}"
        );
        assert!(svg.contains("height=\"120\"") && svg.contains("height=\"40\""));
        assert_eq!(svg.matches("chart-mine").count(), 1);
    }

    #[test]
    fn a_line_ends_where_its_values_end() {
        let Html(svg) = lines(
            "Progress",
            &[place(Some(0.0)), place(Some(120.0)), place(None)],
        );
        assert!(
            svg.contains("class=\"chart-line\" points=\"28,144 84,24\""),
            "{svg}"
        );
        assert!(svg.contains("class=\"chart-plan\" points=\"28,84 84,84 140,84\""));
        assert!(svg.contains("Week 1: &lt;so&gt; much") && !svg.contains("<so>"));
        // A single value has no line, only its point.
        let Html(single) = lines("Progress", &[place(Some(10.0))]);
        assert!(!single.contains("polyline") && single.contains("<circle"));
    }
}
