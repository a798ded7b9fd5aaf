//! Parts of the number line within which all numbers bring the same points.

#[derive(Debug, Clone, Copy)]
pub struct Interval {
    pub from: f64,
    pub to: f64,
    /// True if both ends belong to it.
    pub is_closed: bool,
}

/// Splits the number line at the bounds. For integers, parts without an integer are left out.
pub fn pieces(bounds: &[f64], is_integer: bool) -> Vec<Interval> {
    let mut pieces = Vec::new();
    let mut from = f64::NEG_INFINITY;
    for bound in bounds.iter().copied().chain([f64::INFINITY]) {
        pieces.push(Interval {
            from,
            to: bound,
            is_closed: false,
        });
        if bound.is_finite() {
            pieces.push(Interval {
                from: bound,
                to: bound,
                is_closed: true,
            });
        }
        from = bound;
    }
    if !is_integer {
        return pieces;
    }
    let whole = pieces.into_iter().map(|piece| match piece.is_closed {
        true => piece,
        false => Interval {
            from: piece.from.floor() + 1.0,
            to: piece.to.ceil() - 1.0,
            is_closed: true,
        },
    });
    whole
        .filter(|piece| {
            piece.from <= piece.to && piece.from.fract() == 0.0 || piece.from.is_infinite()
        })
        .collect()
}

/// Returns a number in the interval.
pub fn inside(piece: Interval, is_integer: bool) -> f64 {
    let inside = match (piece.from.is_finite(), piece.to.is_finite()) {
        (true, true) => piece.from / 2.0 + piece.to / 2.0,
        (true, false) => piece.from + piece.from.abs().max(1.0),
        (false, true) => piece.to - piece.to.abs().max(1.0),
        (false, false) => 0.0,
    };
    match is_integer {
        true => inside.floor(),
        false => inside,
    }
}

/// Joins neighboring pieces for which `holds` is true.
pub fn runs(scored: &[(Interval, f64)], holds: impl Fn(f64) -> bool) -> Vec<Interval> {
    let mut runs: Vec<Interval> = Vec::new();
    for pieces in scored.split(|(_, points)| !holds(*points)) {
        if let (Some((first, _)), Some((last, _))) = (pieces.first(), pieces.last()) {
            runs.push(Interval {
                from: first.from,
                to: last.to,
                is_closed: first.is_closed && last.is_closed,
            });
        }
    }
    runs
}
