/* SPDX-License-Identifier: Apache-2.0
 * The part of a page in which things are written while the record is away: a form that needs nothing but the
 * page and saves a file of JSON, which web/src/reserve reads in. Nothing is kept in the browser. */
#include "downtime/downtime_int.h"

static const char form_begin[] =
    "<section class=entry><h2>Skriv under avbrottet</h2>\n"
    "<p>Det som skrivs här sparas i en fil på den här datorn, med ditt namn och tiden. Filen läses i"
    "n i journalen när Helhet är igång igen. Skriv på papper om datorn inte får spara filer.\n"
    "<noscript><p class=warn>Webbläsaren kör inga skript: skriv på papper.</noscript>\n";

static const char form_fields[] =
    "<p id=ro><label>Personnummer och namn, för den som inte står i listan <input name=who size=40 m"
    "axlength=200></label>\n"
    "<p><label>Ditt namn <input name=author size=30 maxlength=200 autocomplete=off></label> <label>B"
    "efattning <input name=title size=20 maxlength=100 autocomplete=off></label>\n"
    "<p><label>När det gjordes <input name=time type=datetime-local></label>\n"
    "<fieldset><legend>Vad</legend><label><input type=radio name=kind value=note checked> Anteckning"
    "</label> <label><input type=radio name=kind value=vitals> Mätvärden</label> <label><input type="
    "radio name=kind value=given> Läkemedel givet</label></fieldset>\n"
    "<p data-k=given><label>Läkemedel och styrka <input name=medicine size=40 maxlength=300></label>"
    " <label>Given dos <input name=dose size=20 maxlength=100></label>\n"
    "<p data-k=vitals><label>Andningsfrekvens /min <input name=resp size=5></label> <label>Saturatio"
    "n % <input name=sat size=5></label> <label>Blodtryck övre mmHg <input name=sys size=5></label> "
    "<label>undre <input name=dia size=5></label> <label>Puls /min <input name=pulse size=5></label>"
    " <label>Temperatur °C <input name=temp size=5></label>\n"
    "<p><label>Text<br><textarea name=text rows=5 cols=60 maxlength=20000></textarea></label>\n"
    "<p><button>Spara</button> <button type=button id=ra>Spara filen igen</button>\n"
    "<p id=rs role=status>\n"
    "</form>\n"
    "<table id=rt hidden><caption>Skrivet på den här sidan</caption><thead><tr><th>Tid<th>Patient<th"
    ">Vad<th>Innehåll<th>Av</thead><tbody id=rl></tbody></table></section>\n"
    "<script>\n";

static const char form_script[] =
    "(function(){\n"
    "var q=[],f=document.getElementById('rf'),l=document.getElementById('rl'),s=document.getElementB"
    "yId('rs');\n"
    "function two(n){return(n<10?'0':'')+n}\n"
    "function iso(d){var o=-d.getTimezoneOffset(),a=Math.abs(o);return d.getFullYear()+'-'+two(d.get"
    "Month()+1)+'-'+two(d.getDate())+'T'+two(d.getHours())+':'+two(d.getMinutes())+':'+two(d.getSeco"
    "nds())+(o<0?'-':'+')+two(Math.floor(a/60))+':'+two(a%60)}\n"
    "function id(){var b=new Uint8Array(16),t='';crypto.getRandomValues(b);for(var i=0;i<16;i++)t+=("
    "b[i]<16?'0':'')+b[i].toString(16);return t}\n"
    "function v(n){return f.elements[n].value.trim()}\n"
    "function say(t,bad){s.textContent=t;s.className=bad?'warn':''}\n"
    "function kind(){return f.elements.kind.value}\n"
    "function show(){var k=kind(),g=f.querySelectorAll('[data-k]');for(var i=0;i<g.length;i++)g[i].h"
    "idden=g[i].getAttribute('data-k').split(' ').indexOf(k)<0;\n"
    " document.getElementById('ro').hidden=v('patient')!==''}\n"
    "function now(){f.elements.time.value=iso(new Date()).slice(0,16)}\n"
    "function wrong(){\n"
    " if(!v('patient')&&!v('who'))return'Välj patient, eller skriv personnummer och namn.';\n"
    " if(!v('author'))return'Skriv vem du är.';\n"
    " if(!v('time')||isNaN(new Date(v('time'))))return'Skriv när det gjordes.';\n"
    " if(new Date(v('time'))>new Date(Date.now()+300000))return'Tiden ligger i framtiden.';\n"
    " var k=kind(),any=false,n=['resp','sat','sys','dia','pulse','temp'];\n"
    " if(k==='note'&&!v('text'))return'Skriv anteckningen.';\n"
    " if(k==='given'&&(!v('medicine')||!v('dose')))return'Skriv läkemedel och dos.';\n"
    " if(k==='vitals'){for(var i=0;i<n.length;i++){if(!v(n[i]))continue;any=true;if(!/^\\d{1,3}([.,]"
    "\\d{1,2})?$/.test(v(n[i])))return'Mätvärdet '+v(n[i])+' är inget tal.'}\n"
    "  if(!any)return'Skriv minst ett mätvärde.';if(!v('sys')!==!v('dia'))return'Skriv både övre och"
    " undre blodtryck.'}\n"
    " return''}\n"
    "function make(){var p=f.elements.patient,k=kind(),e={id:id(),patient:p.value,who:p.value?p.opti"
    "ons[p.selectedIndex].text:v('who'),author:v('author'),title:v('title'),made:iso(new Date(v('tim"
    "e'))),written:iso(new Date()),kind:k};\n"
    " if(v('text'))e.text=f.elements.text.value;\n"
    " if(k==='given'){e.medicine=v('medicine');e.dose=v('dose')}\n"
    " if(k==='vitals'){e.values={};['resp','sat','sys','dia','pulse','temp'].forEach(function(n){if("
    "v(n))e.values[n]=v(n).replace(',','.')})}\n"
    " return e}\n"
    "function line(e){var r=document.createElement('tr');[e.made.slice(0,16).replace('T',' '),e.who,"
    "e.kind==='note'?'Anteckning':e.kind==='given'?'Läkemedel givet':'Mätvärden',\n"
    " (e.kind==='given'?e.medicine+', '+e.dose+'. ':e.kind==='vitals'?Object.keys(e.values).map(func"
    "tion(n){return N[n]+' '+e.values[n].replace('.',',')}).join(', ')+'. ':'')+(e.text||''),\n"
    " e.author+(e.title?', '+e.title:'')].forEach(function(t){var c=document.createElement('td');c.t"
    "extContent=t;c.className='text';r.appendChild(c)});l.appendChild(r);document.getElementById('rt"
    "').hidden=false}\n"
    "var N={resp:'andningsfrekvens',sat:'saturation',sys:'blodtryck övre',dia:'blodtryck undre',puls"
    "e:'puls',temp:'temperatur'};\n"
    "function save(){var b=new Blob([JSON.stringify({format:'helhet-reserve-1',unit:f.getAttribute('"
    "data-unit'),unitName:f.getAttribute('data-name'),copied:+f.getAttribute('data-at'),entries:q},n"
    "ull,1)],{type:'application/json'}),a=document.createElement('a');\n"
    " a.href=URL.createObjectURL(b);a.download='reserv-'+f.getAttribute('data-unit')+'-'+iso(new Dat"
    "e()).slice(0,19).replace(/[-:]/g,'')+'.json';document.body.appendChild(a);a.click();a.remove();\n"
    " say(q.length+(q.length===1?' anteckning är sparad':' anteckningar är sparade')+' i filen '+a.d"
    "ownload+' bland hämtade filer. Den senaste filen har alla. Läs in den i Helhet när det är igång"
    ": Reservanteckningar.')}\n"
    "f.addEventListener('submit',function(ev){ev.preventDefault();var w=wrong();if(w){say(w,true);re"
    "turn}\n"
    " var e=make();q.push(e);line(e);save();\n"
    " ['text','medicine','dose','resp','sat','sys','dia','pulse','temp'].forEach(function(n){f.eleme"
    "nts[n].value=''});now()});\n"
    "document.getElementById('ra').addEventListener('click',function(){if(q.length)save()});\n"
    "f.addEventListener('change',show);now();show();f.hidden=false;\n"
    "})();\n";

void downtime_form_begin(const struct downtime_unit *u, struct buf *out)
{
    buf_cstr(out, form_begin);
    buf_cstr(out, "<form id=rf hidden autocomplete=off data-at=");
    buf_i64(out, u->now_ms);
    buf_cstr(out, " data-unit=\"");
    buf_html(out, u->id);
    buf_cstr(out, "\" data-name=\"");
    buf_html(out, u->name);
    buf_cstr(out, "\"><p><label>Patient <select name=patient><option value=\"\">Annan patient</option>");
}

void downtime_form_end(struct buf *out)
{
    buf_cstr(out, "</select></label>\n");
    buf_cstr(out, form_fields);
    buf_cstr(out, form_script);
    buf_cstr(out, "</script>\n");
}
