mod check;
mod details;
mod imports;
mod outlines;
mod placed;
mod texts;
mod view_as;
