"""English words that hold sentences together and say nothing of their subject."""

from __future__ import annotations

ARTICLES = "a an the this that these those"
PRONOUNS = """
    i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we us
    our ours ourselves they them their theirs themselves one ones oneself who whom whose which what whoever whatever
    whichever someone somebody something anyone anybody anything everyone everybody everything nobody none nothing
    each other another both either neither
"""
AUXILIARIES = """
    be am is are was were been being have has had having do does did doing done will would shall should can could may
    might must ought cannot
"""
# As cleaning leaves them: without their apostrophe.
CONTRACTIONS = """
    im ive id youre youve youd youll hes shes weve theyre theyve theyd theyll isnt arent wasnt werent havent hasnt
    hadnt dont doesnt didnt wont wouldnt shouldnt cant couldnt mustnt thats theres heres whats lets
"""
PREPOSITIONS = """
    about above across after against along among around as at before behind below beneath beside besides between
    beyond by despite down during except for from in inside into like near of off on onto out outside over per since
    than through throughout till to toward towards under underneath until up upon via with within without
"""
CONJUNCTIONS = """
    and or but nor so yet if unless because although though while whereas whether when whenever where wherever why how
    however therefore thus hence moreover otherwise
"""
ADVERBS = """
    not no yes too very also just only even still again already always almost ever never often sometimes now then once
    here there else quite rather really perhaps maybe further instead together away back
"""
QUANTITIES = "all any some many much more most few fewer fewest less least several such same own enough every"
# Left over from Latin and from letters.
ABBREVIATIONS = "eg ie etc re vs"

ENGLISH = tuple(
    sorted(
        {
            word
            for kind in (
                ARTICLES,
                PRONOUNS,
                AUXILIARIES,
                CONTRACTIONS,
                PREPOSITIONS,
                CONJUNCTIONS,
                ADVERBS,
                QUANTITIES,
                ABBREVIATIONS,
            )
            for word in kind.split()
        }
    )
)
