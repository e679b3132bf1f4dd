"""Editors for the kinds of fields that specs declare; `widgets.forms.spec_form` puts them into a form."""
