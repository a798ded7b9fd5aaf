//! Builds the cold calls of a topic's page, and the page of one cold call.

use std::collections::{HashMap, HashSet};

use super::member::{CohortSeat, seat, seats};
use super::messages::MessageRow;
use super::post::{OpenPrompt, no_cold_call};
use super::prompts::PromptRow;
use super::{live, messages, notices, prompts, rules};
use crate::coldcall::{
    AnswerThread, ColdCallCard, ColdCallPage, ColdCallThread, EndorsedAnswer, MessageBody,
    MessageRights, MessageText, ReplyThread, StarState, ThreadMessage, Visibility,
};
use crate::course::CourseTitle;
use crate::enrollment::TopicLink;
use crate::enrollment::server::access::open_topic;
use crate::paths::{cold_call_path, topic_path};
use crate::platform::address;
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::figures;
use crate::platform::ids::{CohortId, CourseId, MessageId, TopicId, UserId};
use crate::platform::live::LiveTopic;
use crate::platform::time::Clock;
use crate::platform::ui::Html;

/// Returns the cold calls at the end of a topic. None for people who are not in a cohort.
pub async fn cards(
    conn: &mut Conn,
    user: UserId,
    (course, course_slug): (CourseId, &str),
    (topic, topic_slug): (TopicId, &str),
    clock: &Clock,
) -> AppResult<Vec<ColdCallCard>> {
    let Some(seat) = seat(conn, user, course, clock.now).await? else {
        return Ok(Vec::new());
    };
    let rows = prompts::of_topic(conn, topic, seat.cohort_id, user, clock.now).await?;
    Ok(rows
        .into_iter()
        .map(|row| card(&row, &seat, course_slug, topic_slug, clock))
        .collect())
}

fn card(
    row: &PromptRow,
    seat: &CohortSeat,
    course_slug: &str,
    topic_slug: &str,
    clock: &Clock,
) -> ColdCallCard {
    let open = OpenPrompt {
        row: row.clone(),
        seat: seat.clone(),
    };
    ColdCallCard {
        prompt_id: row.prompt_id,
        href: cold_call_path(course_slug, topic_slug, row.display_order),
        number: row.display_order,
        prompt: row.prompt.clone(),
        helper_text: row.helper_text.clone(),
        visibility: row.visibility,
        has_answered: row.has_answered,
        refusal: open.state().refusal(clock),
        closes: (row.closes_at.filter(|at| *at > clock.now))
            .map(|at| (clock.date_time(at), at.to_rfc3339())),
    }
}

/// Returns the page of a cold call in the person's current cohort, or in this earlier cohort of
/// theirs. The thread is part of it only for members who have answered. If the person has unread
/// notifications, those about what the page shows become read.
pub async fn page(
    conn: &mut Conn,
    user: UserId,
    course: String,
    (topic, number, cohort): (&str, i32, Option<CohortId>),
    has_unread: bool,
    clock: &Clock,
) -> AppResult<ColdCallPage> {
    // The moment is before the prompt is read.
    let mut live = LiveTopic::from_now(String::new());
    let open = open_topic(conn, user, &course, topic, clock).await?;
    let mut others = seats(conn, user, open.studying.course_id, clock.now).await?;
    let at = others
        .iter()
        .position(|seat| cohort.is_none_or(|cohort| seat.cohort_id == cohort))
        .ok_or_else(no_cold_call)?;
    let seat = others.remove(at);
    let href = |number, seat: Option<&CohortSeat>| {
        let cohort = seat.map(|seat| seat.cohort_id.to_string());
        let path = cold_call_path(&course, topic, number);
        address::with_query(&path, &[("cohort", cohort.as_deref().unwrap_or_default())])
    };
    let topic_id = open.topic().topic_id;
    let rows = prompts::of_topic(conn, topic_id, seat.cohort_id, user, clock.now).await?;
    let of_number = rows.iter().position(|row| row.display_order == number);
    let of_number = of_number.ok_or_else(no_cold_call)?;
    let next = rows.get(of_number + 1).map(|row| TopicLink {
        href: href(row.display_order, Some(&seat).filter(|_| cohort.is_some())),
        title: format!("Cold call {}", row.display_order),
    });
    // The current cohort is the first of the others, unless it is shown.
    let others = others.iter().enumerate().map(|(place, other)| TopicLink {
        href: href(number, Some(other).filter(|_| at == 0 || place > 0)),
        title: format!("This cold call in your cohort “{}”", other.title),
    });
    let others = others.collect();
    let row = &rows[of_number];
    live.topic = live::prompt_topic(row.prompt_id, seat.cohort_id);
    let unread = match has_unread && row.has_answered {
        true => notices::unread(conn, user, row.prompt_id).await?,
        false => 0,
    };
    let thread = match row.has_answered {
        true => Some(thread(conn, user, (row, &seat), unread, clock).await?),
        false => None,
    };
    if has_unread {
        notices::seen_prompts(conn, user, topic_id).await?;
    }
    if has_unread && thread.is_some() {
        notices::seen(conn, user, row.prompt_id).await?;
    }
    Ok(ColdCallPage {
        card: card(row, &seat, &course, topic, clock),
        topic: TopicLink {
            href: topic_path(&course, topic),
            title: open.topic().title.clone(),
        },
        course_title: CourseTitle::new(open.studying.title, open.studying.language),
        course_slug: course,
        cohort: seat.title,
        thread,
        live,
        next,
        others,
    })
}

/// Returns the thread, of which the newest `unread` replies to the person are unread.
async fn thread(
    conn: &mut Conn,
    user: UserId,
    (row, seat): (&PromptRow, &CohortSeat),
    unread: usize,
    clock: &Clock,
) -> AppResult<ColdCallThread> {
    // The moment is before the messages are read, so that nothing falls between the two.
    let mut live = LiveTopic::from_now(live::thread_topic(row.prompt_id, seat.cohort_id));
    let rows = messages::thread(conn, user, row.prompt_id, seat.cohort_id).await?;
    let own = rows.iter().find(|message| {
        message.user_id == Some(user) && message.parent_id.is_none() && message.deleted_at.is_none()
    });
    if let Some(own) = own {
        live.topic = live::topic(
            row.prompt_id,
            seat.cohort_id,
            row.visibility,
            own.message_id,
        );
    }
    let open = OpenPrompt {
        row: row.clone(),
        seat: seat.clone(),
    };
    let state = open.state();
    let reader = ThreadReader {
        user,
        visibility: row.visibility,
        may_post: state.refusal(clock).is_none(),
        is_closed: state.is_closed(clock.now),
        is_held: seat.is_held,
        unread,
        clock,
    };
    let left_out = left_out(&rows);
    let endorsed = messages::endorsed(conn, user, row.prompt_id, seat.cohort_id).await?;
    Ok(ColdCallThread {
        answers: reader.answers(rows),
        endorsed: (endorsed.into_iter())
            .map(|row| EndorsedAnswer {
                cohort: row.cohort,
                html: Html(row.body_html),
            })
            .collect(),
        left_out,
        live,
    })
}

/// Says that earlier messages of a long thread are left out.
fn left_out(rows: &[MessageRow]) -> Option<String> {
    let all = usize::try_from(rows.first()?.readable).ok()?;
    (all > rows.len()).then(|| {
        format!(
            "Of the {} messages, {} are shown: the newest, and the answers to which they belong.",
            figures::number(all),
            figures::number(rows.len())
        )
    })
}

/// The person who reads a thread.
struct ThreadReader<'a> {
    user: UserId,
    visibility: Visibility,
    may_post: bool,
    is_closed: bool,
    /// True if a tutor approves each of the person's posts.
    is_held: bool,
    /// Number of replies to the person and of mentions that are unread.
    unread: usize,
    clock: &'a Clock,
}

impl ThreadReader<'_> {
    /// Groups messages by answer. Pinned answers come first, the others in the order of time, or
    /// by stars once the prompt is closed. Deleted messages stay as stubs while something replies
    /// to them.
    fn answers(&self, rows: Vec<MessageRow>) -> Vec<AnswerThread> {
        let names = Names::of(self, &rows);
        let parents: HashSet<MessageId> = rows
            .iter()
            .filter(|row| row.deleted_at.is_none())
            .filter_map(|row| row.parent_id)
            .collect();
        let is_shown =
            |row: &MessageRow| row.deleted_at.is_none() || parents.contains(&row.message_id);
        let mut order: Vec<(bool, i64, MessageId)> = Vec::new();
        let mut answers: HashMap<MessageId, AnswerThread> = HashMap::new();
        for row in &rows {
            if row.parent_id.is_none() {
                let stars = if self.is_closed { -row.stars } else { 0 };
                order.push((!row.is_pinned, stars, row.message_id));
                let answer = AnswerThread {
                    answer: self.message(row, None, &names),
                    replies: Vec::new(),
                };
                answers.insert(row.message_id, answer);
            }
        }
        let by_id: HashMap<MessageId, &MessageRow> =
            rows.iter().map(|row| (row.message_id, row)).collect();
        let unread = self.unread_of(&rows, &by_id);
        // Each shown reply with the reply to the answer that it stands below, or with itself.
        let mut heads: HashMap<MessageId, MessageId> = HashMap::new();
        for row in rows.iter().filter(|row| is_shown(row)) {
            let (Some(parent), Some(thread)) = (row.parent_id, answers.get_mut(&row.root_id))
            else {
                continue;
            };
            // A reply to a message that is not shown stands in the second level.
            let head = heads.get(&parent).copied().unwrap_or(row.message_id);
            heads.insert(row.message_id, head);
            // Deeper replies stand in one list and name whom they reply to.
            let to = by_id
                .get(&parent)
                .filter(|above| above.parent_id.is_some() && above.deleted_at.is_none())
                .map(|above| names.name(above));
            let message = self.message(row, to, &names);
            let above = thread
                .replies
                .iter_mut()
                .find(|of| of.reply.message_id == head);
            match above {
                Some(above) => {
                    above.is_open |= message.text.is_mine || unread.contains(&row.message_id);
                    above.deeper.push(message);
                }
                None => thread.replies.push(ReplyThread {
                    reply: message,
                    deeper: Vec::new(),
                    is_open: false,
                }),
            }
        }
        order.sort();
        order
            .into_iter()
            .filter_map(|(.., id)| answers.remove(&id))
            .filter(|thread| {
                !thread.replies.is_empty() || thread.answer.text.body != MessageBody::Removed
            })
            .collect()
    }

    /// The newest messages that reply to the person or mention somebody, as many as are unread.
    fn unread_of(
        &self,
        rows: &[MessageRow],
        by_id: &HashMap<MessageId, &MessageRow>,
    ) -> HashSet<MessageId> {
        let is_to_me = |row: &&MessageRow| {
            let above = row.parent_id.and_then(|parent| by_id.get(&parent));
            above.is_some_and(|above| above.user_id == Some(self.user)) || row.body.contains('@')
        };
        rows.iter()
            .rev()
            .filter(|row| row.user_id != Some(self.user))
            .filter(is_to_me)
            .take(self.unread)
            .map(|row| row.message_id)
            .collect()
    }

    /// Says what a change does to a message besides changing its text. Empty if nothing.
    fn note_of_change(&self, row: &MessageRow) -> String {
        let notes = [
            (
                self.is_held,
                "A tutor approves the changed text before others see it.",
            ),
            (row.is_pinned, "A changed message is no longer pinned."),
            (row.is_endorsed, "A changed answer is no longer endorsed."),
        ];
        let notes: Vec<&str> = notes
            .into_iter()
            .filter_map(|(is_on, note)| is_on.then_some(note))
            .collect();
        notes.join(" ")
    }

    fn message(&self, row: &MessageRow, to: Option<String>, names: &Names) -> ThreadMessage {
        let is_mine = row.user_id == Some(self.user);
        let is_deleted = row.deleted_at.is_some();
        let is_public = row.hidden_reason.is_none() && !row.is_held;
        let may_act = self.may_post && !is_deleted;
        let may = MessageRights {
            star: may_act && !is_mine && is_public,
            reply: may_act && is_public,
            edit: may_act && is_mine && rules::is_editable(row.created_at, self.clock.now),
            delete: may_act && is_mine,
            report: !is_deleted && !is_mine && !row.is_tutor,
        };
        let html = Html(row.body_html.clone());
        let body = match &row.hidden_reason {
            _ if is_deleted => MessageBody::Removed,
            Some(reason) => MessageBody::Hidden(html, reason.clone()),
            None => MessageBody::Shown(html),
        };
        ThreadMessage {
            message_id: row.message_id,
            text: MessageText {
                author: if is_deleted {
                    String::new()
                } else {
                    names.name(row)
                },
                is_tutor: row.is_tutor,
                is_mine,
                to,
                body,
                marks: rules::marks(row.edited_at.is_some(), row.is_again),
                is_held: row.is_held,
                is_pinned: row.is_pinned,
                is_endorsed: row.is_endorsed,
                is_credited: row.is_credited && is_mine,
                at: (self.clock.ago(row.created_at), row.created_at.to_rfc3339()),
            },
            stars: StarState {
                count: (!is_mine || self.is_closed).then_some(row.stars),
                is_mine: row.is_starred,
            },
            may,
            source: may
                .edit
                .then(|| (row.body.clone(), self.note_of_change(row))),
        }
    }
}

/// Names of the authors, as the reader may know them.
struct Names {
    reader: UserId,
    /// Numbers of members in the order of their first messages. None if names are shown.
    numbers: Option<HashMap<UserId, usize>>,
}

impl Names {
    fn of(reader: &ThreadReader<'_>, rows: &[MessageRow]) -> Self {
        let mut numbers = HashMap::new();
        for user in rows.iter().filter_map(|row| row.user_id) {
            if user != reader.user {
                let next = numbers.len() + 1;
                numbers.entry(user).or_insert(next);
            }
        }
        Self {
            reader: reader.user,
            numbers: (reader.visibility == Visibility::AnonymousToPeers).then_some(numbers),
        }
    }

    fn name(&self, row: &MessageRow) -> String {
        if row.user_id == Some(self.reader) {
            return "You".to_owned();
        }
        match (&self.numbers, row.user_id) {
            (Some(numbers), Some(user)) if !row.is_tutor => {
                let number = numbers.get(&user).copied().unwrap_or_default();
                format!("Member {number}")
            }
            _ => (row.name.clone()).unwrap_or_else(|| "Former member".to_owned()),
        }
    }
}

#[cfg(test)]
mod rules_of_reading {
    use super::*;
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    const ME: u128 = 1;

    fn row(id: u128, user: u128, parent: Option<u128>) -> MessageRow {
        let message = |id| MessageId(Uuid::from_u128(id));
        MessageRow {
            message_id: message(id),
            user_id: Some(UserId(Uuid::from_u128(user))),
            name: Some(format!("Name {user}")),
            is_tutor: false,
            parent_id: parent.map(message),
            root_id: message(if parent.is_some() { 1 } else { id }),
            body: "x".to_owned(),
            body_html: "x".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
            edited_at: None,
            is_again: false,
            deleted_at: None,
            hidden_reason: None,
            is_held: false,
            is_pinned: false,
            is_endorsed: false,
            is_credited: false,
            stars: id as i64,
            is_starred: false,
            readable: 0,
        }
    }

    fn read(rows: Vec<MessageRow>, visibility: Visibility, is_closed: bool) -> Vec<AnswerThread> {
        let clock = Clock {
            zone: chrono_tz::Tz::UTC,
            now: DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(1),
        };
        let reader = ThreadReader {
            user: UserId(Uuid::from_u128(ME)),
            visibility,
            may_post: !is_closed,
            is_closed,
            is_held: false,
            unread: 0,
            clock: &clock,
        };
        reader.answers(rows)
    }

    fn replies(thread: &AnswerThread) -> Vec<&ThreadMessage> {
        thread.messages().skip(1).collect()
    }

    #[test]
    fn replies_fold_from_the_third_level_on() {
        let rows = vec![
            row(1, 2, None),
            row(2, 3, Some(1)),
            row(3, 4, Some(2)),
            row(4, 5, Some(3)),
            row(5, 3, Some(1)),
            row(6, ME, Some(5)),
        ];
        let threads = read(rows.clone(), Visibility::Named, false);
        let shape = |threads: &[AnswerThread]| -> Vec<(u128, Vec<u128>, bool)> {
            let id = |of: &ThreadMessage| of.message_id.0.as_u128();
            let replies = threads[0].replies.iter();
            replies
                .map(|of| {
                    (
                        id(&of.reply),
                        of.deeper.iter().map(id).collect(),
                        of.is_open,
                    )
                })
                .collect()
        };
        // The person's own reply is not hidden from them.
        assert_eq!(
            shape(&threads),
            [(2, vec![3, 4], false), (5, vec![6], true)]
        );
        // A reply to a message that the reader may not see is not lost.
        let left = rows
            .into_iter()
            .filter(|row| row.message_id.0.as_u128() != 2);
        let threads = read(left.collect(), Visibility::Named, false);
        assert_eq!(shape(&threads), [(3, vec![4], false), (5, vec![6], true)]);
    }

    #[test]
    fn an_unread_reply_opens_its_fold() {
        let rows = vec![
            row(1, 2, None),
            row(2, ME, Some(1)),
            row(3, 4, Some(2)),
            row(4, 5, Some(1)),
        ];
        let clock = Clock {
            zone: chrono_tz::Tz::UTC,
            now: DateTime::<Utc>::UNIX_EPOCH,
        };
        let is_open = |unread| {
            let reader = ThreadReader {
                user: UserId(Uuid::from_u128(ME)),
                visibility: Visibility::Named,
                may_post: true,
                is_closed: false,
                is_held: false,
                unread,
                clock: &clock,
            };
            reader.answers(rows.clone())[0].replies[0].is_open
        };
        assert!(!is_open(0) && is_open(1));
    }

    fn order(threads: &[AnswerThread]) -> Vec<u128> {
        let id = |thread: &AnswerThread| thread.answer.message_id.0.as_u128();
        threads.iter().map(id).collect()
    }

    #[test]
    fn stars_neither_order_nor_tell_their_author_before_the_close() {
        let rows = vec![row(1, ME, None), row(2, 2, None), row(3, 3, None)];
        let open = read(rows.clone(), Visibility::Named, false);
        assert_eq!(order(&open), [1, 2, 3]);
        assert_eq!(open[0].answer.stars.count, None);
        assert_eq!(open[1].answer.stars.count, Some(2));
        assert!(!open[0].answer.may.star && open[1].answer.may.star);
        let closed = read(rows, Visibility::Named, true);
        assert_eq!(order(&closed), [3, 2, 1]);
        assert_eq!(closed[2].answer.stars.count, Some(1));
        assert!(!closed[0].answer.may.star && !closed[0].answer.may.reply);
    }

    #[test]
    fn peers_without_names_are_told_apart_by_numbers() {
        let rows = vec![
            row(1, ME, None),
            row(2, 7, None),
            row(3, 9, Some(1)),
            row(4, 7, Some(3)),
        ];
        let threads = read(rows.clone(), Visibility::AnonymousToPeers, false);
        let replies = replies(&threads[0]);
        assert_eq!(threads[0].answer.text.author, "You");
        assert_eq!(threads[1].answer.text.author, "Member 1");
        assert_eq!(replies[0].text.author, "Member 2");
        assert_eq!(replies[0].text.to, None);
        assert_eq!(replies[1].text.author, "Member 1");
        assert_eq!(replies[1].text.to.as_deref(), Some("Member 2"));
        let named = read(rows, Visibility::Named, false);
        assert_eq!(named[1].answer.text.author, "Name 7");
    }

    #[test]
    fn a_deleted_message_leaves_a_stub_only_where_there_are_replies() {
        let mut rows = vec![
            row(1, 2, None),
            row(2, ME, None),
            row(3, 3, Some(1)),
            row(4, 4, Some(3)),
            row(5, 5, None),
        ];
        for at in [0, 2, 4] {
            rows[at].deleted_at = Some(Utc::now());
        }
        let threads = read(rows, Visibility::Named, false);
        assert_eq!(order(&threads), [1, 2]);
        assert_eq!(threads[0].answer.text.body, MessageBody::Removed);
        let replies: Vec<_> = replies(&threads[0])
            .into_iter()
            .map(|reply| (reply.text.body == MessageBody::Removed, reply.may.reply))
            .collect();
        assert_eq!(replies, [(true, false), (false, true)]);
    }

    #[test]
    fn only_the_author_learns_why_a_message_is_hidden() {
        let mut hidden = row(1, ME, None);
        hidden.hidden_reason = Some("Off topic.".to_owned());
        let threads = read(vec![hidden], Visibility::Named, false);
        let MessageBody::Hidden(_, reason) = &threads[0].answer.text.body else {
            panic!("hidden")
        };
        assert_eq!(reason, "Off topic.");
        assert!(!threads[0].answer.may.reply && threads[0].answer.may.delete);
    }
}
