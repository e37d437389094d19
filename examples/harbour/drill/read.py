"""Journey "read": a browser opens the board and reads posts that were written before the platform was lost."""

import stage
from browser import browser
from selenium.webdriver.common.by import By


def main() -> None:
    with browser() as visitor:
        visitor.get(stage.URL)
        newest = visitor.find_elements(By.TAG_NAME, "article")
        assert newest, "the board is empty"
        visitor.find_element(By.LINK_TEXT, "Older posts").click()
        older = visitor.find_elements(By.CSS_SELECTOR, "article p")
        assert older, "there are no older posts"
        assert all(post.text for post in older), "a post has no text"
    print(f"a browser read {len(newest)} posts, and {len(older)} on the next page")


if __name__ == "__main__":
    main()
