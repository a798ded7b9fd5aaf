mod outlines;
mod texts;
