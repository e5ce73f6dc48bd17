//! Numbers as people write them.

use std::time::Duration;

/// `250 ms`, `1.5 s`, `5 min`, `1 h 30 min`.
pub(super) fn time(time: Duration) -> String {
    let [amount, unit] = parts(time);
    if unit.is_empty() {
        amount
    } else {
        format!("{amount} {unit}")
    }
}

/// `0–100 ms`, `0.5–1 s`, or one time where both are the same.
pub(super) fn range(low: Duration, high: Duration) -> String {
    if low == high {
        return time(low);
    }
    let ([from, from_unit], [to, unit]) = (parts(low), parts(high));
    if from_unit == unit || low.is_zero() {
        format!("{from}–{to} {unit}").trim_end().to_owned()
    } else if unit == "s" && low.subsec_nanos() % 100_000_000 == 0 {
        format!("{}–{to} s", low.as_secs_f64())
    } else {
        format!("{} to {}", time(low), time(high))
    }
}

/// An amount and its unit; no unit where the amount brings its own.
fn parts(time: Duration) -> [String; 2] {
    let (secs, nanos) = (time.as_secs(), time.subsec_nanos());
    let text = |amount: String, unit: &str| [amount, unit.to_owned()];
    if time.is_zero() {
        return text("0".to_owned(), "s");
    }
    if secs == 0 {
        return text((f64::from(nanos) / 1e6).to_string(), "ms");
    }
    if secs < 60 {
        return text(time.as_secs_f64().to_string(), "s");
    }
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    for (size, unit) in units {
        if secs >= size && secs % size == 0 && nanos == 0 {
            return text((secs / size).to_string(), unit);
        }
    }
    let mut left = secs;
    let mut amounts = Vec::new();
    for (size, unit) in units {
        if left >= size {
            amounts.push(format!("{} {unit}", left / size));
            left %= size;
        }
    }
    text(amounts.join(" "), "")
}

/// Seconds to one or two figures: `11 ms`, `2 min`, `30 h`.
pub(crate) fn about(seconds: f64) -> String {
    const UNITS: [(f64, &str); 5] = [
        (365.25 * 86_400.0, "years"),
        (86_400.0, "days"),
        (3_600.0, "h"),
        (60.0, "min"),
        (1.0, "s"),
    ];
    // The largest unit of which there are two.
    let unit = UNITS.iter().find(|(size, _)| seconds >= 2.0 * size);
    match unit {
        Some((size, unit)) => format!("{:.0} {unit}", seconds / size),
        None => format!("{:.0} ms", (seconds * 1e3).max(1.0)),
    }
}

/// `one retry`, `3 retries`.
pub(super) fn count(amount: u64, one: &str, many: &str) -> String {
    if amount == 1 {
        format!("1 {one}")
    } else {
        format!("{amount} {many}")
    }
}

/// `50 %`, `0.1 %`.
pub(super) fn share(share: f64) -> String {
    format!("{} %", (share * 1e8).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        let ms = Duration::from_millis;
        let table = [
            (Duration::ZERO, "0 s"),
            (Duration::from_micros(1_500), "1.5 ms"),
            (ms(250), "250 ms"),
            (ms(1_500), "1.5 s"),
            (ms(60_000), "1 min"),
            (ms(90_000), "90 s"),
            (ms(300_000), "5 min"),
            (ms(5_400_000), "90 min"),
            (ms(86_400_000), "1 d"),
            (ms(3_661_500), "1 h 1 min 1 s"),
        ];
        for (duration, expected) in table {
            assert_eq!(time(duration), expected);
        }
    }

    #[test]
    fn long_times_are_rounded_to_the_largest_unit_of_which_there_are_two() {
        let table = [
            (0.000_01, "1 ms"),
            (0.101, "101 ms"),
            (3.09, "3 s"),
            (111.1, "111 s"),
            (150.0, "2 min"),
            (2_177.0, "36 min"),
            (101_010.1, "28 h"),
            (1e6, "12 days"),
            (1e9, "32 years"),
        ];
        for (seconds, expected) in table {
            assert_eq!(about(seconds), expected);
        }
    }

    #[test]
    fn ranges_say_the_unit_once() {
        let ms = Duration::from_millis;
        let table = [
            (0, 100, "0–100 ms"),
            (500, 1_000, "0.5–1 s"),
            (2_000, 4_000, "2–4 s"),
            (30_000, 60_000, "30 s to 1 min"),
            (1_000, 1_000, "1 s"),
            (850, 1_150, "850 ms to 1.15 s"),
        ];
        for (low, high, expected) in table {
            assert_eq!(range(ms(low), ms(high)), expected);
        }
    }
}
