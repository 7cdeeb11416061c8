"""Whether somebody may die or be hurt: rules, and a second look."""
