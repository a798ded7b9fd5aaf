//! Tests of people and the site for admins, over HTTP.

mod applications;
mod audit;
mod invitations;
mod lists;
mod operations;
mod people;
mod person;
mod tutors;
