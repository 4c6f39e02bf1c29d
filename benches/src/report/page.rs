//! Pages with marked sections.

use crate::error::AnyError;

const END: &str = "<!-- end -->";

/// The page with the output of `section` between `<!-- results: NAME -->` and `<!-- end -->`.
pub(super) fn filled(
    page: &str,
    section: impl Fn(&str) -> Option<String>,
) -> Result<String, AnyError> {
    let mut filled = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        filled += line;
        filled += "\n";
        if let Some(name) = marked(line) {
            let section = section(name).ok_or_else(|| format!("there are no results: {name}"))?;
            let behind = lines.find(|line| *line == END || line.starts_with("<!-- "));
            if behind != Some(END) {
                return Err(format!("no `{END}` is behind the results: {name}").into());
            }
            filled.extend(["\n", &section, "\n", END, "\n"]);
        }
    }
    Ok(filled)
}

fn marked(line: &str) -> Option<&str> {
    line.strip_prefix("<!-- results: ")?.strip_suffix(" -->")
}

#[cfg(test)]
mod tests {
    use super::filled;

    fn section(name: &str) -> Option<String> {
        (name == "sizes").then(|| String::from("1, 2\n"))
    }

    #[test]
    fn what_is_marked_is_replaced_and_the_rest_stays() {
        let page = "# Sizes\n<!-- results: sizes -->\nold\n<!-- end -->\n<!-- other -->\nmore\n";
        let is = "# Sizes\n<!-- results: sizes -->\n\n1, 2\n\n<!-- end -->\n<!-- other -->\nmore\n";
        assert_eq!(filled(page, section).unwrap(), is);
        assert_eq!(filled(is, section).unwrap(), is);
    }

    #[test]
    fn a_mark_without_results_or_without_an_end_is_an_error() {
        let unknown = filled("<!-- results: shapes -->\n<!-- end -->\n", section);
        assert_eq!(
            unknown.unwrap_err().to_string(),
            "there are no results: shapes"
        );
        for page in [
            "<!-- results: sizes -->\n",
            "<!-- results: sizes -->\n<!-- other -->\n",
        ] {
            let open = filled(page, section).unwrap_err().to_string();
            assert_eq!(open, "no `<!-- end -->` is behind the results: sizes");
        }
    }
}
