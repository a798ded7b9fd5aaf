//! Draws a graph as SVG, layer by layer. The page also has a table or list with the same content,
//! so the drawing has no text of its own for screen readers.

use std::fmt::Write;

use crate::platform::markdown::escape;

const NODE: (i32, i32) = (152, 40);
const GAP: (i32, i32) = (16, 44);
/// Nodes side by side. A longer layer wraps.
const COLUMNS: usize = 4;
/// Characters of a label.
const LABEL: usize = 20;

/// A box of the drawing.
#[derive(Debug, Clone)]
pub struct Drawn {
    pub label: String,
    /// Class that colors the box.
    pub class: &'static str,
    /// Empty for a box without a link.
    pub href: String,
}

/// Returns the drawing. An edge leads from the first box down to the second. `name` says what is
/// drawn.
pub fn draw(name: &str, nodes: &[Drawn], edges: &[(usize, usize)]) -> String {
    if nodes.is_empty() {
        return String::new();
    }
    let edges: Vec<(usize, usize)> = (edges.iter().copied())
        .filter(|(from, to)| *from < nodes.len() && *to < nodes.len() && from != to)
        .collect();
    let places = places(&layers(nodes.len(), &edges));
    let rows = places.iter().map(|(_, row)| row + 1).max().unwrap_or(1);
    let width = COLUMNS as i32 * (NODE.0 + GAP.0) - GAP.0 + 4;
    let height = rows * (NODE.1 + GAP.1) - GAP.1 + 4;
    let mut svg = format!(
        "<div class=\"map\" role=\"region\" aria-label=\"{}\" tabindex=\"0\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" aria-hidden=\"true\">",
        escape(name)
    );
    for (from, to) in &edges {
        if let (Some(from), Some(to)) = (places.get(*from), places.get(*to)) {
            edge(&mut svg, corner(*from), corner(*to));
        }
    }
    for (node, place) in nodes.iter().zip(&places) {
        boxed(&mut svg, node, corner(*place));
    }
    svg.push_str("</svg></div>");
    svg
}

fn corner((column, row): (i32, i32)) -> (i32, i32) {
    (2 + column * (NODE.0 + GAP.0), 2 + row * (NODE.1 + GAP.1))
}

fn edge(svg: &mut String, from: (i32, i32), to: (i32, i32)) {
    let (x, y) = (from.0 + NODE.0 / 2, from.1 + NODE.1);
    let (end, top) = (to.0 + NODE.0 / 2, to.1);
    let bend = (top - y) / 2;
    let _ = write!(
        svg,
        "<path d=\"M{x} {y}C{x} {} {end} {} {end} {top}\"/><circle cx=\"{end}\" cy=\"{top}\" r=\"3\"/>",
        y + bend,
        top - bend
    );
}

fn boxed(svg: &mut String, node: &Drawn, (x, y): (i32, i32)) {
    let mut label: String = node.label.chars().take(LABEL).collect();
    if node.label.chars().count() > LABEL {
        label.push('…');
    }
    let (width, height) = NODE;
    let inside = format!(
        "<rect class=\"{}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/><text x=\"{}\" y=\"{}\">{}</text><title>{}</title>",
        node.class,
        x + width / 2,
        y + height / 2 + 4,
        escape(&label),
        escape(&node.label)
    );
    match node.href.is_empty() {
        true => {
            let _ = write!(svg, "<g>{inside}</g>");
        }
        // The same links are in the table, so the keyboard skips these.
        false => {
            let href = escape(&node.href);
            let _ = write!(svg, "<a href=\"{href}\" tabindex=\"-1\">{inside}</a>");
        }
    }
}

/// Returns the layer of each node: below all nodes that lead to it. Edges that close a cycle are
/// left out.
fn layers(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in edges {
        if let Some(list) = next.get_mut(*from) {
            list.push(*to);
        }
    }
    let order = order(&next);
    let mut rank = vec![0; count];
    for (at, node) in order.iter().enumerate() {
        if let Some(rank) = rank.get_mut(*node) {
            *rank = at;
        }
    }
    let mut layer = vec![0usize; count];
    for node in order {
        for to in next.get(node).into_iter().flatten() {
            let below = layer.get(node).copied().unwrap_or(0) + 1;
            if rank.get(*to) > rank.get(node)
                && let Some(place) = layer.get_mut(*to)
            {
                *place = below.max(*place);
            }
        }
    }
    layer
}

/// Nodes before those that they lead to, as far as there are no cycles.
fn order(next: &[Vec<usize>]) -> Vec<usize> {
    let mut done = vec![false; next.len()];
    let mut order = Vec::new();
    for start in 0..next.len() {
        let mut open = vec![(start, 0)];
        if std::mem::replace(&mut done[start], true) {
            continue;
        }
        while let Some((node, at)) = open.pop() {
            match next[node].get(at) {
                Some(to) => {
                    open.push((node, at + 1));
                    if !std::mem::replace(&mut done[*to], true) {
                        open.push((*to, 0));
                    }
                }
                None => order.push(node),
            }
        }
    }
    order.reverse();
    order
}

/// Columns and rows. A layer with more nodes than columns takes several rows.
fn places(layers: &[usize]) -> Vec<(i32, i32)> {
    let mut places = vec![(0, 0); layers.len()];
    let deepest = layers.iter().copied().max().unwrap_or(0);
    let mut row = 0;
    for layer in 0..=deepest {
        let mut column = 0;
        let here = layers.iter().zip(places.iter_mut());
        for (_, place) in here.filter(|(at, _)| **at == layer) {
            if column == COLUMNS {
                column = 0;
                row += 1;
            }
            *place = (column as i32, row);
            column += 1;
        }
        row += 1;
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn node(label: &str) -> Drawn {
        Drawn {
            label: label.to_owned(),
            class: "gap",
            href: "/x?a=1&b=2".to_owned(),
        }
    }

    #[test]
    fn texts_stay_texts() {
        let svg = draw("A <map>", &[node("<b>\"x\"")], &[]);
        assert!(!svg.contains("<b>") && svg.contains("a=1&amp;b=2"), "{svg}");
        assert_eq!(draw("Map", &[], &[]), "");
    }

    proptest! {
        #[test]
        fn boxes_do_not_overlap_and_lie_below_those_that_lead_to_them(
            count in 1usize..20, drawn in prop::collection::vec((0usize..20, 0usize..20), 0..40),
        ) {
            // Without cycles: edges lead to larger numbers.
            let edges: Vec<(usize, usize)> = drawn.into_iter().filter(|(a, b)| a < b && *b < count).collect();
            let places = places(&layers(count, &edges));
            let mut seen = std::collections::HashSet::new();
            prop_assert!(places.iter().all(|place| seen.insert(*place)));
            for (from, to) in &edges {
                prop_assert!(places[*from].1 < places[*to].1);
            }
        }

        #[test]
        fn any_graph_is_drawn(count in 0usize..15, edges in prop::collection::vec((0usize..20, 0usize..20), 0..40)) {
            let nodes: Vec<Drawn> = (0..count).map(|at| node(&at.to_string())).collect();
            let svg = draw("Map", &nodes, &edges);
            prop_assert_eq!(svg.matches("<rect").count(), count);
        }
    }
}
