"""What each kind of finding means: the one table behind the rules of reports and the help of editors."""

from __future__ import annotations

from dataclasses import dataclass

from firstbell.core.findings.finding import FindingKind


@dataclass(frozen=True, slots=True)
class Meaning:
    """A kind of finding in two sentences: what was found, and why it matters or what to do about it."""

    found: str
    matters: str


FINDING_MEANINGS: dict[FindingKind, Meaning] = {
    FindingKind.NO_LESSONS: Meaning(
        "The calendar has no day with lessons.",
        "Nothing will be raised for a bell; check school years, weekly schedule and holidays.",
    ),
    FindingKind.UNUSUAL_LESSON_DAY_COUNT: Meaning(
        "A school year has unusually few or many days with lessons.",
        "A date of the year or of a holiday is mistyped, or the weekly schedule lacks a row.",
    ),
    FindingKind.CALENDAR_ENDED: Meaning(
        "The last school year has ended and none follows.",
        "No bell is known any more; add the next school year and its holidays.",
    ),
    FindingKind.CALENDAR_EXPIRING: Meaning(
        "The last school year ends soon and none follows.",
        "Add the next school year and its holidays before it does.",
    ),
    FindingKind.CALENDAR_LARGE: Meaning(
        "The manifest is nearly too long for plain kubectl apply.",
        "Apply it with --server-side, or split the calendar by region.",
    ),
    FindingKind.HOLIDAY_OUTSIDE_SCHOOL_YEARS: Meaning(
        "A holiday lies outside every school year.",
        "Its year is mistyped, or it is left over from an older calendar.",
    ),
    FindingKind.HOLIDAY_LONG: Meaning(
        "A holiday is unusually long.",
        "Its end is mistyped, or it is the first day of lessons instead of the last day without.",
    ),
    FindingKind.FIRST_BELL_UNUSUAL: Meaning(
        "The first bell of a bell schedule is unusually early or late.",
        "Times are the school's own wall clock with 24 hours, not UTC.",
    ),
    FindingKind.BELL_IN_CLOCK_GAP: Meaning(
        "A bell or event starts at a time that the clocks leave out on that date.",
        "It rings later than written; give that date a time of its own if that is not meant.",
    ),
    FindingKind.EXCEPTIONS_CONFLICT: Meaning(
        "Two calendar dates say different things of one day.",
        "The later entry counts; remove the other, or narrow its dates or regions.",
    ),
    FindingKind.SHORTENED_DAY_CLOSED: Meaning(
        "A day that is to be shortened has no lessons.",
        "Correct its date, or use event MakeUpDay to open the day.",
    ),
    FindingKind.EXCEPTION_OPENS_NOTHING: Meaning(
        "A calendar date is to open a day, and there are no lessons on it after all.",
        "Name a bell schedule or an instruction mode, or correct the date.",
    ),
    FindingKind.EXCEPTION_CLOSES_LESSONS: Meaning(
        "A calendar date closes a day and yet says how its lessons are.",
        "Use event InstructionalDay where there are lessons, else leave that out.",
    ),
    FindingKind.EXCEPTION_NEVER_HOLDS: Meaning(
        "A calendar date holds on no day, or on fewer than it says.",
        "Correct its dates or its weekdays.",
    ),
    FindingKind.DEMAND_EVENT_NEVER_OCCURS: Meaning(
        "A demand event never occurs.",
        "Correct its dates, recurrence or schedule.",
    ),
    FindingKind.REGION_WITHOUT_COHORT: Meaning(
        "A region has no cohort.",
        "Its lessons bring no load; add a cohort with its pupils, or remove the region.",
    ),
    FindingKind.ROTATION_ANCHOR_LATE: Meaning(
        "The rotation starts after the first school year does.",
        "The days before have no label; set the anchor to the first day of the first school year.",
    ),
    FindingKind.ROTATION_RUNS_ON: Meaning(
        "The rotation runs on over a new term or a New Year.",
        "Say so, if the cycle begins anew there: restartsWith, or type CalendarWeeks.",
    ),
    FindingKind.ROTATION_NEVER_RESTARTS: Meaning(
        "The rotation is to begin anew with sessions of a type that the calendar does not have.",
        "Add these sessions, or name another type.",
    ),
    FindingKind.LABEL_UNKNOWN: Meaning(
        "A label is asked for that no day carries.",
        "Correct the label, or add it to the rotation of the calendar.",
    ),
    FindingKind.COHORTS_MISSING: Meaning(
        "Capacity is sized by pupils, and a calendar has no cohorts.",
        "Add cohorts with pupils to the calendar, or size by replicas.",
    ),
    FindingKind.COHORTS_MIXED: Meaning(
        "Only some calendars of the policy have cohorts.",
        "Those without weigh next to nothing beside the others; add cohorts to every calendar, or to none.",
    ),
    FindingKind.PUPILS_SHARED: Meaning(
        "Two calendars of a policy have a cohort or a region of one name.",
        "If these are the same pupils, they count twice; count each in one calendar only.",
    ),
    FindingKind.DAY_FACTOR_NEVER_MATCHES: Meaning(
        "A day factor matches no day of its calendars.",
        "Correct what it matches, or remove it.",
    ),
    FindingKind.DEMAND_EVENT_TYPE_UNUSED: Meaning(
        "A peak waits for types of event that its calendars do not have.",
        "Add such a demand event to a calendar, or correct the types.",
    ),
    FindingKind.PEAK_NEVER_OCCURS: Meaning(
        "A peak never occurs.",
        "Nothing will be raised for it; check its anchor and the calendars.",
    ),
    FindingKind.ACCEPTED_KIND_UNKNOWN: Meaning(
        "An annotation accepts a kind of finding that does not exist.",
        "It accepts nothing; correct its name.",
    ),
    FindingKind.ACCEPTED_WITHOUT_REASON: Meaning(
        "An annotation accepts a kind of finding and gives no reason.",
        "It accepts nothing; write as its value why that is meant.",
    ),
    FindingKind.TOO_COSTLY: Meaning(
        "A plan of these calendars would take more than the operator spends on one workload.",
        "The operator refuses it; give fewer events, or events that recur less often.",
    ),
    FindingKind.TARGET_CONFLICT: Meaning(
        "Two SchoolAutoscalers are for one workload.",
        "Only the older in the cluster works; keep one, with the calendars and peaks of both.",
    ),
    FindingKind.REPLICAS_CONTESTED: Meaning(
        "A manifest sets the count that firstbell scales.",
        "Each apply sets it back or meets a conflict, also in a peak; leave replicas out of the manifest.",
    ),
    FindingKind.PLAN_ABOVE_MAXIMUM: Meaning(
        "A peak asks for more replicas than the workload may have.",
        "It gets the maximum only, at the bell too; raise the maximum, or correct what the peak is sized by.",
    ),
    FindingKind.PLAN_SHRUNK: Meaning(
        "A bell that was planned before this change is gone, or has fewer replicas.",
        "Say so in the review if it is meant; firstbell plan --diff tells all that changes.",
    ),
    FindingKind.PROFILE_UNUSED: Meaning(
        "No SchoolAutoscaler in the files names the profile.",
        "Name it in profileRef, or remove it.",
    ),
    FindingKind.PROFILE_REPEATED: Meaning(
        "A SchoolAutoscaler repeats what its profile says.",
        "An edit of the profile will not reach it; leave the field out.",
    ),
    FindingKind.OVERRIDE_FOR_NOBODY: Meaning(
        "A ScalingOverride is for no SchoolAutoscaler in the files.",
        "Correct its names or labels, or give the file of the policy.",
    ),
    FindingKind.OVERRIDE_ABOVE_MAXIMUM: Meaning(
        "A ScalingOverride asks for more than the workload may have.",
        "It gets the maximum only; raise the maximum, or ask for less.",
    ),
    FindingKind.OVERRIDE_ENDED: Meaning(
        "A ScalingOverride is over.",
        "Applied again it does nothing; remove the file.",
    ),
}
