//! Numbers, opt-out, owner grammar, hours, templates: the pure rules of the desk.
