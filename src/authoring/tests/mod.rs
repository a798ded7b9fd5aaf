mod check;
mod details;
mod imports;
mod outlines;
mod texts;
