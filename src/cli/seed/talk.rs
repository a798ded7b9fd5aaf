//! Words of the demo's threads.

/// A message, with the messages below it.
pub struct Post {
    /// Name before the @ of the author's address.
    pub by: &'static str,
    /// Minutes after the message above, or after the thread began.
    pub minutes: i64,
    pub text: &'static str,
    pub stars: &'static [&'static str],
    /// Acts of the tutor: pinned, endorsed, credited.
    pub marks: &'static [&'static str],
    /// Name and reason of somebody who reported it.
    pub reported: Option<(&'static str, &'static str)>,
    pub replies: &'static [Post],
}

/// The thread of one prompt.
pub struct Talk {
    pub topic: &'static str,
    pub number: i32,
    /// Days after the cohort's start.
    pub day: i64,
    pub answers: &'static [Post],
}

const fn post(by: &'static str, minutes: i64, text: &'static str) -> Post {
    Post {
        by,
        minutes,
        text,
        stars: &[],
        marks: &[],
        reported: None,
        replies: &[],
    }
}

pub const TALKS: &[Talk] = &[
    Talk {
        topic: "what-was-counted",
        number: 1,
        day: 1,
        answers: &[
            Post {
                stars: &["learner", "sofia", "kwame"],
                marks: &["credited"],
                replies: &[
                    Post {
                        stars: &["nikhil"],
                        replies: &[post(
                            "nikhil",
                            95,
                            "Nothing, and that is the trick. A transferred call ends twice: once for me and once for whoever gets it. We handled *more* calls that week.",
                        )],
                        ..post(
                            "tutor",
                            180,
                            "You have named who writes the number down: the person who is judged by it. What happens to the figure when the call is transferred?",
                        )
                    },
                    post(
                        "lena",
                        260,
                        "Same in my sister’s office. They now count *callers* instead, and suddenly nobody transfers anyone.",
                    ),
                ],
                ..post(
                    "nikhil",
                    40,
                    "Calls handled per hour, at the help desk where I work.\n\nOne more is counted when a call *ends*, so the first corner I would cut is the goodbye: hang up politely at four minutes and let them ring again. The caller is now two calls, both handled.",
                )
            },
            Post {
                stars: &["nikhil", "tomas"],
                replies: &[post(
                    "kwame",
                    120,
                    "And the last stop? Ours leave early so that the *next* departure is on time.",
                )],
                ..post(
                    "sofia",
                    150,
                    "My father drives a bus. He is on time if he leaves the **first** stop within a minute. Nobody measures the other twenty-three, so on bad days he waits at stop two.",
                )
            },
            Post {
                stars: &["learner"],
                ..post(
                    "kwame",
                    420,
                    "Attendance at the school where my wife teaches. A child is present if present at 8:45. The school moved the whole register to 9:15 and attendance rose by six points. Not one child came earlier.",
                )
            },
            Post {
                replies: &[post(
                    "tutor",
                    200,
                    "Who would notice first that the reviews stopped meaning anything: the guests, the owner or the platform?",
                )],
                ..post(
                    "learner",
                    600,
                    "Stars of the guest house that my aunt runs. She asks for a review at breakfast, but only at the tables where somebody is smiling. The average went from 4.3 to 4.8 and the mattresses are the same.",
                )
            },
            Post {
                stars: &["sofia"],
                ..post(
                    "tomas",
                    900,
                    "Tickets closed per sprint. We split each into five. Output quintupled, I got a voucher.",
                )
            },
        ],
    },
    Talk {
        topic: "what-was-counted",
        number: 2,
        day: 2,
        answers: &[
            post(
                "learner",
                30,
                "Impressed: somebody sat down with them, by name, for at least an hour. Not impressed: the leaflet lay in a hall through which 40,000 people walked.",
            ),
            Post {
                stars: &["learner", "lena"],
                ..post(
                    "nikhil",
                    75,
                    "Impressed by: people who came back a second time. Not impressed by: impressions. A post that I scroll past in $0.3$ seconds has “reached” me.",
                )
            },
            post(
                "kwame",
                300,
                "I would want it to mean *households whose tap was repaired*. I fear it means everybody who lives in a district with one repaired tap.",
            ),
        ],
    },
    Talk {
        topic: "who-is-missing",
        number: 1,
        day: 6,
        answers: &[
            Post {
                stars: &["sofia", "kwame", "learner"],
                marks: &["credited", "pinned"],
                replies: &[
                    post(
                        "sofia",
                        50,
                        "Thirty is few. If 24 of 30 say “too far”, how sure are you that it isn’t half of the 1,600?",
                    ),
                    Post {
                        stars: &["nikhil"],
                        ..post(
                            "tutor",
                            400,
                            "Good question for next module. For now: would thirty by lot tell you more than three hundred who rang *you*?",
                        )
                    },
                ],
                ..post(
                    "nikhil",
                    35,
                    "Draw thirty from the 1,600 **by lot** and ring until each has answered, in the evening too. I would ask one thing: *when were you last in the library?* If most say “years ago”, the survey described the readers and not the town.",
                )
            },
            Post {
                stars: &["nikhil"],
                ..post(
                    "learner",
                    200,
                    "I’d draw thirty of the silent ones by lot and ring each until they answer, and ask when they last came and what stopped them. Ringing only those who are at home at three would repeat the mistake.",
                )
            },
            post(
                "tomas",
                240,
                "Ring the ones with an overdue book first. They are missing for a reason and we have their number.",
            ),
            Post {
                replies: &[post(
                    "nikhil",
                    80,
                    "That is a better use of the afternoon than mine, if the council only wants to know about opening hours.",
                )],
                stars: &["tutor"],
                ..post(
                    "kwame",
                    700,
                    "No telephone at all. I would stand outside the supermarket with the same three questions. The people who don’t answer letters don’t answer unknown numbers either.",
                )
            },
        ],
    },
    Talk {
        topic: "who-is-missing",
        number: 2,
        day: 7,
        answers: &[
            post(
                "sofia",
                60,
                "“Leave your job and follow your passion.” From a podcast on which nobody ever talks about going back. I would have had to ask in the job centre.",
            ),
            Post {
                stars: &["sofia"],
                ..post(
                    "learner",
                    190,
                    "My running club’s training plan: everyone who finished it swears by it. The ones with the knees are not in the club any more.",
                )
            },
        ],
    },
    Talk {
        topic: "what-averages-hide",
        number: 1,
        day: 13,
        answers: &[
            Post {
                stars: &["kwame", "learner"],
                replies: &[post(
                    "tomas",
                    45,
                    "Whom does it wrong, though? The prompt asks.",
                )],
                ..post(
                    "nikhil",
                    25,
                    "The median. A few very high salaries pull the mean up, and then the figure describes nobody who lives here.",
                )
            },
            Post {
                stars: &["nikhil"],
                ..post(
                    "sofia",
                    140,
                    "The median, because a few very high salaries pull the mean up until the figure describes nobody. It wrongs the poorest: they can lose everything and the median doesn’t move.",
                )
            },
            post(
                "tomas",
                300,
                "Median. A few very high salaries pull the mean up, so the mean describes nobody. It wrongs people with two jobs, who are counted as one earner.",
            ),
            Post {
                stars: &["learner", "sofia", "tomas", "nikhil"],
                marks: &["endorsed", "credited"],
                replies: &[
                    post(
                        "learner",
                        70,
                        "I changed my mind after reading this. The tenth percentile is the one that somebody could be *ashamed* of.",
                    ),
                    Post {
                        reported: Some((
                            "sofia",
                            "This is about Kwame and not about the question.",
                        )),
                        ..post(
                            "tomas",
                            160,
                            "Typical Kwame, always the saint of the poor. Some of us have work to do.",
                        )
                    },
                ],
                ..post(
                    "kwame",
                    520,
                    "The **lowest tenth**: the income that nine out of ten exceed.\n\nThe mean flatters us and the median tells us about people who are fine. If I may print one figure, then the one that gets somebody helped. It wrongs the middle, who will ask what it has to do with them. I would answer: it is how far you can fall here.",
                )
            },
            post(
                "learner",
                800,
                "The mean, to provoke you. Times the number of people it gives the town’s whole income, and that is what the council budgets with. Everyone’s favorite median can’t be multiplied by anything.",
            ),
        ],
    },
    Talk {
        topic: "rates-and-denominators",
        number: 1,
        day: 14,
        answers: &[
            Post {
                stars: &["kwame"],
                ..post(
                    "nikhil",
                    50,
                    "North Quay. The prize is for *safety of people*, and people are exposed by the hour. To Station Road I would say that they are quicker and not safer, and that quicker has a prize of its own.",
                )
            },
            post(
                "kwame",
                200,
                "Station Road. Parcels have to be carried by somebody. If North Quay carried as many in its slow hours, it would have more accidents in all. I count the accidents that a parcel costs.",
            ),
        ],
    },
];

/// Endorsed answers of an earlier cohort.
pub const EARLIER: &[Talk] = &[
    Talk {
        topic: "what-was-counted",
        number: 1,
        day: 0,
        answers: &[Post {
            marks: &["endorsed"],
            ..post(
                "lena",
                60,
                "Beds occupied, on the ward where I trained. One more is counted at midnight. We discharged people after breakfast and admitted them before midnight, and for a year nobody asked what a bed was doing at noon. I would cut exactly that corner again, because it is the only one that the number can’t see.",
            )
        }],
    },
    Talk {
        topic: "what-averages-hide",
        number: 1,
        day: 0,
        answers: &[Post {
            marks: &["endorsed"],
            ..post(
                "lena",
                60,
                "I would print the median and say beneath it how many people it took to find it. A single figure wrongs somebody whatever it is; the least one owes them is to say that they were counted.",
            )
        }],
    },
];
