//! Table of a learner's results in quizzes and exams, with a menu of actions in each row.

use leptos::prelude::*;

use super::actions::ActionKind;
use super::tone;
use crate::exam::teach::{exam_path, sitting_path};
use crate::gradebook::{
    Cell, CellState, ExamCard, LearnerPage, ModuleCard, QuizCard, learner_path,
};
use crate::platform::ui::{Badge, Column, EmptyState, Erase, Glyph, Icon, Menu, MenuItem, Table};
use crate::question_bank::pages::history::PastLine;

pub fn results(page: &LearnerPage) -> AnyView {
    let columns = vec![
        Column::new("Item"),
        Column::new("Status"),
        Column::new("Best score").figures(),
        Column::new("Attempts"),
        Column::new("Last activity"),
        Column::new("Actions").silent(),
    ];
    if page.modules.is_empty() && page.exams.is_empty() {
        let empty = view! { <EmptyState title="No results yet" text="This course has no quizzes and no exams." /> }.erase();
        return view! { <Table label="Results" columns=columns empty=empty /> }.erase();
    }
    let modules = page.modules.iter().map(|module| {
        let quizzes = module.quizzes.iter().map(|quiz| quiz_row(page, quiz));
        let quizzes = quizzes.collect_view();
        view! {
            {module_row(page, module)}
            {quizzes}
        }
    });
    let modules = modules.collect_view();
    let exams = (!page.exams.is_empty()).then(|| {
        let rows = page.exams.iter().enumerate();
        let rows = rows
            .map(|(at, exam)| exam_row(page, exam, at))
            .collect_view();
        view! {
            <tr class="learner-group">
                <th scope="row">"Exams"</th>
                <td colspan="5"></td>
            </tr>
            {rows}
        }
    });
    view! {
        <div class="learner-results">
            <Table label="Results" columns=columns stacks=true>
                {modules}
                {exams}
            </Table>
        </div>
    }
    .erase()
}

fn module_row(page: &LearnerPage, module: &ModuleCard) -> AnyView {
    let (done, all) = module.done;
    let number = module.number;
    let unlock = (!module.is_open).then(|| {
        let unlock = action(page, ActionKind::Unlock(Some(number)), "Unlock now");
        menu(
            format!("ly-do-{number}"),
            &format!("module {number}"),
            vec![unlock],
        )
    });
    view! {
        <tr class="learner-group">
            <th scope="row">
                {format!("{number}. ")} {page.course_title.language.inline(module.title.clone())}
            </th>
            <td colspan="4" class="soft">
                {format!("{} {done} of {all} topics completed.", sentence(&module.said))}
            </td>
            <td class="act">{unlock}</td>
        </tr>
    }
    .erase()
}

fn sentence(words: &str) -> String {
    match words.ends_with('.') {
        true => words.to_owned(),
        false => format!("{words}."),
    }
}

fn quiz_row(page: &LearnerPage, quiz: &QuizCard) -> AnyView {
    let number = quiz.number;
    let mut actions = Vec::new();
    if quiz.attempts_used > 0 {
        actions.push(action(page, ActionKind::Reset(number), "Reset"));
    }
    match (quiz.cell.state, quiz.is_retired) {
        (CellState::Excused, _) => {
            actions.push(action(page, ActionKind::EndExcuse(number), "End excuse"));
        }
        (_, false) => actions.push(action(page, ActionKind::Excuse(number), "Excuse")),
        (_, true) => {}
    }
    let retired = if quiz.is_retired { " (retired)" } else { "" };
    let name = format!("Quiz {number}{retired}");
    let id = format!("ly-do-{}-{}", number.module_no, number.section);
    let menu = menu(id, &format!("quiz {number}"), actions);
    let path = learner_path(&page.course_slug, &page.username);
    let tried = Tried {
        count: quiz.attempts_used,
        past: quiz.attempts.iter().cloned().map(PastLine::from).collect(),
        path: format!("{path}?attempt="),
        last: quiz.last.clone(),
    };
    row(name.erase(), quiz.cell, tried, menu)
}

fn exam_row(page: &LearnerPage, exam: &ExamCard, at: usize) -> AnyView {
    let path = exam_path(&page.course_slug, exam.exam_id);
    let mut actions = Vec::new();
    if let Some(sitting) = exam.running {
        let href = sitting_path(&page.course_slug, exam.exam_id, sitting);
        actions.push(view! { <MenuItem href=href>"View current sitting"</MenuItem> }.erase());
    }
    if exam.has_sittings() {
        actions.push(action(page, ActionKind::ResetExam(exam.exam_id), "Reset"));
    }
    actions.push(match exam.cell.state {
        CellState::Excused => action(page, ActionKind::EndExamExcuse(exam.exam_id), "End excuse"),
        _ => action(page, ActionKind::ExcuseExam(exam.exam_id), "Excuse"),
    });
    let menu = menu(format!("ly-do-exam-{at}"), &exam.title, actions);
    let tried = Tried {
        count: exam.sittings_used,
        past: exam.sittings.iter().cloned().map(PastLine::from).collect(),
        path: format!("{path}/"),
        last: exam.last.clone(),
    };
    let title = page.course_title.language.inline(exam.title.clone());
    row(
        view! { <a href=path>{title}</a> }.erase(),
        exam.cell,
        tried,
        menu,
    )
}

/// A learner's attempts at a quiz or sittings of an exam.
struct Tried {
    /// Number of those that count.
    count: i64,
    /// All that have ended, newest first.
    past: Vec<PastLine>,
    /// Address of an ended one without its id.
    path: String,
    /// Last activity, for people and as RFC 3339.
    last: Option<(String, String)>,
}

fn row(name: AnyView, cell: Cell, tried: Tried, menu: AnyView) -> AnyView {
    let score = cell.score.map(|score| format!("{score}%"));
    let last = tried.last.clone().map(|(words, exactly)| {
        view! {
            <time datetime=exactly.clone() title=exactly>
                {words}
            </time>
        }
    });
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>
                <Badge tone=tone(cell.state) text=cell.state.label() />
            </td>
            <td class="r">{score}</td>
            <td>{attempts(tried)}</td>
            <td class="soft">{last}</td>
            <td class="act">{menu}</td>
        </tr>
    }
    .erase()
}

/// Shows the number of attempts, which opens their list.
fn attempts(tried: Tried) -> AnyView {
    let count = match tried.count {
        1 => "1 attempt".to_owned(),
        count => format!("{count} attempts"),
    };
    if tried.past.is_empty() {
        return match tried.count {
            0 => ().erase(),
            _ => count.erase(),
        };
    }
    let path = tried.path;
    let lines = tried.past.into_iter().map(|line| {
        let (when, exactly) = line.when;
        let score = line.score.map(|score| format!("{score}%"));
        let outcome = line.outcome.map(|(_, text)| text);
        let early = (!line.counts).then(|| "before a reset".to_owned());
        let facts: Vec<String> = [score, outcome, early].into_iter().flatten().collect();
        view! {
            <li>
                <a href=format!("{path}{}", line.id)>
                    <time datetime=exactly>{when}</time>
                </a>
                <span class="soft">{facts.join(", ")}</span>
            </li>
        }
    });
    view! {
        <details class="learner-tries">
            <summary>{count}</summary>
            <ol>{lines.collect_view()}</ol>
        </details>
    }
    .erase()
}

fn action(page: &LearnerPage, action: ActionKind, text: &'static str) -> AnyView {
    let href = action.path(&page.course_slug, &page.username);
    view! { <MenuItem href=href>{text}</MenuItem> }.erase()
}

fn menu(id: String, of: &str, actions: Vec<AnyView>) -> AnyView {
    if actions.is_empty() {
        return ().erase();
    }
    let trigger = view! { <Icon glyph=Glyph::More /> }.erase();
    view! {
        <Menu id=id trigger=trigger label=format!("Actions for {of}")>
            {actions}
        </Menu>
    }
    .erase()
}
