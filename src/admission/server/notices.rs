//! Notifications about applications, seats and orders. Applicants learn of decisions by a mail of
//! its own, so the notification has none. Admins are told of what waits for them.

use super::offerings::{self, OfferingRow};
use super::registrations::RegistrationRow;
use crate::admission::RegistrationStatus;
use crate::admission::apply::apply_path;
use crate::admission::manage::offering_path;
use crate::admission::orders::desk::{OrderFilter, desk_order_path, orders_path};
use crate::platform::auth::store as accounts;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{OfferingId, OrderId, RegistrationId, UserId};
use crate::platform::notifications::NotificationKind;
use crate::platform::notifications::server::{
    NewNotification, notify, notify_without_mail, store as notifications,
};

/// The event that an applicant with an account is notified of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicantNotice {
    /// A decision was carried out: the application has its status now.
    Decided,
    SeatOffered,
    OfferExpired,
    PaymentDue,
    PaymentExpired,
}

fn of_registration(registration: RegistrationId) -> String {
    format!("registration/{registration}")
}

/// Tells the applicant in the app. A mail that says the same is queued by the caller.
pub async fn tell(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: &RegistrationRow,
    about: ApplicantNotice,
) -> AppResult<()> {
    let Some(user) = row.user_id else {
        return Ok(());
    };
    let course = offerings::names(conn, offering.course_id).await?.title;
    let title = match about {
        ApplicantNotice::SeatOffered => format!("A seat in “{course}” is free for you"),
        ApplicantNotice::OfferExpired => format!("The offer of a seat in “{course}” has ended"),
        ApplicantNotice::PaymentDue => format!("Please pay for your seat in “{course}”"),
        ApplicantNotice::PaymentExpired => format!("Your seat in “{course}” was given up"),
        ApplicantNotice::Decided => decided(row.status, &course),
    };
    let body = match about {
        ApplicantNotice::SeatOffered => "Accept or decline it before the offer ends.",
        ApplicantNotice::PaymentDue => "Otherwise it goes to somebody else.",
        ApplicantNotice::PaymentExpired => "It was not paid in time.",
        ApplicantNotice::OfferExpired | ApplicantNotice::Decided => "",
    };
    let new = NewNotification {
        kind: NotificationKind::Admission,
        subject: of_registration(row.registration_id),
        course: Some(offering.course_id),
        title,
        body: body.to_owned(),
        path: apply_path(offering.offering_id),
    };
    notify_without_mail(conn, &[user], &new).await
}

fn decided(status: RegistrationStatus, course: &str) -> String {
    match status {
        RegistrationStatus::Accepted => format!("You have a seat in “{course}”"),
        RegistrationStatus::Waitlisted => format!("You are on the waitlist for “{course}”"),
        RegistrationStatus::Withdrawn => format!("Your seat in “{course}” was given up"),
        _ => format!("Your application for “{course}” was not accepted"),
    }
}

/// Marks what the applicant was told as read, because they see the application.
pub async fn seen(conn: &mut Conn, user: UserId, registration: RegistrationId) -> AppResult<()> {
    let subject = of_registration(registration);
    notifications::seen(conn, user, NotificationKind::Admission, &subject).await?;
    Ok(())
}

/// Things of an offering that wait for an admin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskQueue {
    Applications,
    Orders,
}

impl DeskQueue {
    fn subject(self, offering: OfferingId) -> String {
        match self {
            Self::Applications => format!("offering/{offering}/applications"),
            Self::Orders => format!("offering/{offering}/orders"),
        }
    }
}

/// Tells the admins, who decide about applications and receive payments, that something waits for
/// them. Several of one offering are one notification.
pub async fn tell_desk(
    conn: &mut Conn,
    offering: &OfferingRow,
    queue: DeskQueue,
    except: Option<UserId>,
) -> AppResult<()> {
    let admins = accounts::admins(conn, except).await?;
    let course = offerings::names(conn, offering.course_id).await?;
    let (id, what) = (offering.offering_id, &offering.title);
    let (title, path) = match queue {
        DeskQueue::Applications => (
            format!("New application for “{}” ({what})", course.title),
            offering_path(&course.slug, id),
        ),
        DeskQueue::Orders => (
            format!("New order for “{}” ({what})", course.title),
            orders_path(&course.slug, id, OrderFilter::All, 0),
        ),
    };
    let new = NewNotification {
        kind: NotificationKind::Desk,
        subject: queue.subject(id),
        course: Some(offering.course_id),
        title,
        body: String::new(),
        path,
    };
    notify(conn, &admins, &new).await
}

fn of_dispute(order: OrderId) -> String {
    format!("order/{order}/dispute")
}

/// Tells the admins that a buyer's bank disputes a payment of an order, or that this has ended. The
/// order is given by id and number.
pub async fn tell_of_dispute(
    conn: &mut Conn,
    offering: &OfferingRow,
    (order, number): (OrderId, i32),
) -> AppResult<()> {
    let admins = accounts::admins(conn, None).await?;
    let course = offerings::names(conn, offering.course_id).await?;
    let new = NewNotification {
        kind: NotificationKind::Desk,
        subject: of_dispute(order),
        course: Some(offering.course_id),
        title: format!("News of a disputed payment of order {number}"),
        body: format!("The order is for “{}” ({}).", course.title, offering.title),
        path: desk_order_path(&course.slug, offering.offering_id, order),
    };
    notify(conn, &admins, &new).await
}

/// Marks what an admin was told of disputes as read, because they see the order.
pub async fn dispute_seen(conn: &mut Conn, user: UserId, order: OrderId) -> AppResult<()> {
    notifications::seen(conn, user, NotificationKind::Desk, &of_dispute(order)).await?;
    Ok(())
}

/// Marks what an admin was told of a queue as read, because they see it.
pub async fn desk_seen(
    conn: &mut Conn,
    user: UserId,
    offering: OfferingId,
    queue: DeskQueue,
) -> AppResult<()> {
    let subject = queue.subject(offering);
    notifications::seen(conn, user, NotificationKind::Desk, &subject).await?;
    Ok(())
}
