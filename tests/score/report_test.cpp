#include "score/report_html.hpp"
#include "score/text.hpp"
#include "support/catch.hpp"

using namespace gwsd::score;

TEST_CASE("base64 agrees with the examples of RFC 4648")
{
    const auto of = [](const std::string& text) { return base64(std::as_bytes(std::span(text))); };
    CHECK(of("").empty());
    CHECK(of("f") == "Zg==");
    CHECK(of("fo") == "Zm8=");
    CHECK(of("foo") == "Zm9v");
    CHECK(of("foobar") == "Zm9vYmFy");
    CHECK(of(std::string("\xFF\x00\xFE", 3)) == "/wD+");
}

TEST_CASE("numbers are written for people, without a minus before zero and without a locale")
{
    CHECK(fixed_text(-0.001, 2) == "0.00");
    CHECK(fixed_text(12.345, 1) == "12.3");
    CHECK(fixed_text(std::nan(""), 1) == "-");
    CHECK(exact_text(0.1) == "0.1");
    CHECK(exact_text(std::nan("")).empty());
    CHECK(decimals_for(42) == 1);
    CHECK(decimals_for(0.5) == 3);
    CHECK(decimals_for(4200) == 0);
    CHECK(escaped("<a & \"b\">") == "&lt;a &amp; &quot;b&quot;&gt;");
    CHECK(csv_text("a,\"b\"") == "\"a,\"\"b\"\"\"");
}
