"""Countries as a page names them: JSON Resume keeps two letters, which are no word for a reader."""

from pgc_lib.i18n import lang

_NAMES = {
    "AE": ("United Arab Emirates", "阿联酋"), "AR": ("Argentina", "阿根廷"), "AT": ("Austria", "奥地利"), "AU": ("Australia", "澳大利亚"),
    "BE": ("Belgium", "比利时"), "BR": ("Brazil", "巴西"), "CA": ("Canada", "加拿大"), "CH": ("Switzerland", "瑞士"),
    "CL": ("Chile", "智利"), "CN": ("China", "中国"), "CZ": ("Czechia", "捷克"), "DE": ("Germany", "德国"), "DK": ("Denmark", "丹麦"),
    "EG": ("Egypt", "埃及"), "ES": ("Spain", "西班牙"), "FI": ("Finland", "芬兰"), "FR": ("France", "法国"), "GB": ("United Kingdom", "英国"),
    "GR": ("Greece", "希腊"), "HK": ("Hong Kong, China", "中国香港"), "HU": ("Hungary", "匈牙利"), "ID": ("Indonesia", "印度尼西亚"),
    "IE": ("Ireland", "爱尔兰"), "IL": ("Israel", "以色列"), "IN": ("India", "印度"), "IT": ("Italy", "意大利"), "JP": ("Japan", "日本"),
    "KE": ("Kenya", "肯尼亚"), "KR": ("South Korea", "韩国"), "KZ": ("Kazakhstan", "哈萨克斯坦"), "LU": ("Luxembourg", "卢森堡"),
    "MO": ("Macao, China", "中国澳门"), "MX": ("Mexico", "墨西哥"), "MY": ("Malaysia", "马来西亚"), "NG": ("Nigeria", "尼日利亚"),
    "NL": ("Netherlands", "荷兰"), "NO": ("Norway", "挪威"), "NZ": ("New Zealand", "新西兰"), "PH": ("Philippines", "菲律宾"),
    "PK": ("Pakistan", "巴基斯坦"), "PL": ("Poland", "波兰"), "PT": ("Portugal", "葡萄牙"), "RO": ("Romania", "罗马尼亚"),
    "RU": ("Russia", "俄罗斯"), "SA": ("Saudi Arabia", "沙特阿拉伯"), "SE": ("Sweden", "瑞典"), "SG": ("Singapore", "新加坡"),
    "TH": ("Thailand", "泰国"), "TR": ("Türkiye", "土耳其"), "TW": ("Taiwan, China", "中国台湾"), "UA": ("Ukraine", "乌克兰"),
    "US": ("United States", "美国"), "VN": ("Vietnam", "越南"), "ZA": ("South Africa", "南非"),
}  # fmt: skip


def country(code: str) -> str:
    """Its name in the language in force; the letters themselves where it is not among the usual ones."""
    names = _NAMES.get(code.upper())
    return names[lang() == "zh-CN"] if names else code
