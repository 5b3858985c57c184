"""Purpose: how one page becomes text
evidence, decision, tries, clean-up.:Owns
nothing.:Speaks to
documents and engines through its ports.:May import
model, errors, languages; numpy and Pillow for pictures.:Change it when: a page should be read another way.
"""
